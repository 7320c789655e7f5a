// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The shared memory of one recording, made in the target and mapped on both sides.
#pragma once

#include <sys/types.h>

#include <memory>

#include "injector/base/mapping.h"
#include "injector/session/controller_lock.h"
#include "injector/session/launch.h"
#include "injector/session/remote_file.h"
#include "payload/wire/control.h"

namespace memray::session {

struct SharedRegion {
    base::Mapping local;
    RemoteAddr remote;
    std::unique_ptr<ControllerLock> lock;
};

// Bytes of a region with these sizes.
[[nodiscard]] std::uint64_t region_size(const RegionSizes& sizes);

// A laid out region that only the target has mapped; unmapped there on destruction, unless kept.
class RegionInTarget {
public:
    // Control page, `info`, free slots. If the target's address space is limited, with fewer slots than asked for.
    // Throws base::Error.
    RegionInTarget(RemoteSystem& system, pid_t pid, RegionSizes sizes, std::uint32_t flags,
                   const wire::TargetInfo& info);
    ~RegionInTarget();
    RegionInTarget(const RegionInTarget&) = delete;
    RegionInTarget& operator=(const RegionInTarget&) = delete;

    [[nodiscard]] RemoteAddr address() const noexcept { return address_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // The memory behind it.
    [[nodiscard]] const base::UniqueFd& file() const noexcept { return file_; }
    void keep() noexcept { kept_ = true; }

private:
    RemoteSystem& system_;
    RemoteAddr address_;
    std::uint64_t size_{0};
    base::UniqueFd file_;
    bool kept_{false};
};

// Makes a region and maps it here, too. The lock is the calling thread's. Throws base::Error.
[[nodiscard]] SharedRegion make_region(RemoteSystem& system, pid_t pid, const RegionSizes& sizes, std::uint32_t flags,
                                       const wire::TargetInfo& info);

}  // namespace memray::session

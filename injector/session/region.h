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
#include "injector/session/python_facts.h"
#include "injector/session/remote_file.h"
#include "payload/wire/control.h"

namespace memray::session {

// wire::Flags of a recording of that Python.
[[nodiscard]] std::uint32_t recording_flags(const RecordingPlan& plan, const PythonFacts& facts);
// Those that a region was laid out with.
[[nodiscard]] std::uint32_t recording_flags(const base::Mapping& region);

struct SharedRegion {
    base::Mapping local;
    base::UniqueFd file;
    RemoteAddr remote;
    std::unique_ptr<ControllerLock> lock;
};

// Bytes of a region with these sizes; `flags` are wire::Flags.
[[nodiscard]] std::uint64_t region_size(const RegionSizes& sizes, std::uint32_t flags);

// Writes the control page and `info` into empty memory, of which the first two pages are enough to be mapped. The
// directory of modules is left to the collector.
void lay_out_region(void* region, const RegionSizes& sizes, std::uint32_t flags, const wire::TargetInfo& info);

// Whether the frames of the interpreter that this region was laid out for can be read.
[[nodiscard]] bool reads_python_frames(const base::Mapping& region);

// Maps `size` bytes of a memory file in the target: the address there, or a negative errno.
[[nodiscard]] std::int64_t try_map_in_target(RemoteSystem& system, const RemoteFile& file, std::uint64_t size);
// Such an errno says that it exceeds RLIMIT_AS of the target or RLIMIT_FSIZE of ours.
[[nodiscard]] bool is_size_limit(std::int64_t error);

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
    [[nodiscard]] base::UniqueFd& file() noexcept { return file_; }
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

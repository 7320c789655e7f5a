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

// Makes the region and lays it out: control page, `info`, free slots. If the target's address space is limited, with
// fewer slots than asked for. The lock is the calling thread's. Throws base::Error.
[[nodiscard]] SharedRegion make_region(RemoteSystem& system, pid_t pid, RegionSizes sizes, std::uint32_t flags,
                                       const wire::TargetInfo& info);

}  // namespace memray::session

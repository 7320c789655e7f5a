// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A process that is to be recorded, and what it shares with its recorder.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "injector/base/remote_addr.h"
#include "injector/base/shared_memory.h"
#include "injector/base/unique_fd.h"

namespace memray::region {

// What a process needs to record the forked children of a target (child_pool.h).
struct ChildMemory {
    base::UniqueFd pool;
    std::shared_ptr<const base::UniqueFd> region;  // of the first process
    std::uint32_t flags{0};                        // wire::Flags of the recordings
    base::RemoteAddr address;                      // where the pool is mapped in the target
};

// A target with the payload loaded and waiting. Not yet recording, still stopped under ptrace.
struct Target {
    pid_t pid{0};
    base::UniqueFd pidfd;
    base::SharedMemory region;      // laid out
    ChildMemory children;           // if forks are followed
    std::string python_version;     // "3.11.2"
    std::string python_executable;  // resolved path
    std::string python_allocator;   // see capture::Metadata::python_allocator
};

}  // namespace memray::region

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of a process that runs, through /proc/PID/mem (proc_pid_mem(5)): what is looked at is what is there at
// that moment.
#pragma once

#include <sys/types.h>

#include "injector/base/unique_fd.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

class ProcessMemory : public Memory {
public:
    // Throws base::Error if its memory may not be read.
    explicit ProcessMemory(pid_t pid);
    // Of a process with these ranges, through its /proc/PID/mem.
    ProcessMemory(std::vector<Range> ranges, base::UniqueFd memory)
        : Memory(std::move(ranges)), memory_(std::move(memory)) {}

protected:
    bool load(RemoteAddr address, std::byte* destination, std::size_t size) const override;

private:
    base::UniqueFd memory_;
};

}  // namespace memray::heap

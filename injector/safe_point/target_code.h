// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The page of our code in a process (ptrace/code_page.h): that of an earlier recording, or one that a stopped thread
// maps.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "injector/elf/memory_map.h"
#include "injector/elf/modules.h"
#include "injector/ptrace/code_page.h"
#include "injector/ptrace/tracee.h"

namespace memray::safe_point {

class TargetCode {
public:
    // `memory` must outlive it. Throws base::Error if the C library has no code to make system calls with.
    TargetCode(const elf::Modules& modules, const std::vector<elf::MapEntry>& maps, const ptrace::RemoteMemory& memory);

    // If there is none yet, the thread maps one, wherever it is: it must be stopped as SavedRegisters wants it. Throws
    // base::Error.
    const ptrace::CodePage& page(ptrace::Tracee& thread, std::chrono::milliseconds limit);

private:
    const ptrace::RemoteMemory& memory_;
    ptrace::CallCode library_;
    std::optional<ptrace::CodePage> page_;
};

}  // namespace memray::safe_point

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A process whose CPython is there and has run nothing yet.
#pragma once

#include <memory>

#include "injector/elf/modules.h"
#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::cpython {

// The process stands where it comes back from initialising CPython: interpreter initialised, GIL held, nothing of the
// user has run.
struct PythonStop {
    std::unique_ptr<ptrace::RemoteMemory> memory;
    elf::Modules modules;
    ptrace::Registers registers;  // to go on with
};

}  // namespace memray::cpython

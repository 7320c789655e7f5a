// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Follows a traced command through its execs until it is CPython about to run its main program.
#pragma once

#include <memory>
#include <string>

#include "injector/elf/modules.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/session/spawn.h"

namespace memray::session {

// The process stands at the entry of Py_RunMain: interpreter initialised, GIL held, nothing of the user has run. No
// breakpoint is left in it. Its program counter is still one byte behind `run_main`.
struct PythonStop {
    std::unique_ptr<ptrace::RemoteMemory> memory;
    elf::Modules modules;
    base::RemoteAddr run_main;
};

// Throws base::Error if the exec fails, EndedBeforePython if the command ends first, base::Error if it turns out to be
// a Python that cannot be profiled (before any of its code ran). `name` is the command as messages call it.
[[nodiscard]] PythonStop run_to_python(Child& child, const std::string& name);

}  // namespace memray::session

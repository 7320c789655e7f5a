// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All that is to be known about the CPython of a process, of which a thread can be made to call functions.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "injector/cpython/python_stop.h"
#include "injector/cpython/python_version.h"
#include "injector/ptrace/remote_call.h"
#include "payload/wire/control.h"

namespace memray::cpython {

struct PythonFacts {
    PythonVersion version;
    std::string allocator;        // see capture::Metadata::python_allocator
    bool bypasses_malloc{false};  // as mimalloc does, which takes its memory from the system
    wire::TargetInfo info;
};

// Throws base::Error, for a version that is not supported, too.
[[nodiscard]] PythonFacts inspect_python(pid_t pid, const PythonStop& stop, ptrace::RemoteCall& call);

// "pymalloc_debug", as CPython calls it, to "pymalloc debug"; "unknown" for anything else.
[[nodiscard]] std::string allocator_title(const std::string& name);

// That of an environment, as /proc/PID/environ has it, or "".
[[nodiscard]] std::string allocator_asked_for(std::string_view environment);

}  // namespace memray::cpython

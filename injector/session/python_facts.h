// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All that is to be known about the CPython of a process that stands at Py_RunMain.
#pragma once

#include <string>

#include "injector/ptrace/remote_call.h"
#include "injector/session/image_watch.h"
#include "injector/session/python_version.h"
#include "payload/wire/control.h"

namespace memray::session {

struct PythonFacts {
    PythonVersion version;
    std::string allocator;  // see capture::Metadata::python_allocator
    wire::TargetInfo info;
};

// Throws base::Error, for a version that is not supported, too.
[[nodiscard]] PythonFacts inspect_python(const PythonStop& stop, ptrace::RemoteCall& call);

// "pymalloc_debug", as CPython calls it, to "pymalloc debug"; "unknown" for anything else.
[[nodiscard]] std::string allocator_title(const std::string& name);

}  // namespace memray::session

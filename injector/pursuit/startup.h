// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Follows a traced command through its execs until it is CPython about to run its main program.
#pragma once

#include <string>

#include "injector/cpython/python_stop.h"
#include "injector/pursuit/spawn.h"

namespace memray::pursuit {

// Throws base::Error if the exec fails, EndedBeforePython if the command ends first, base::Error if it turns out to be
// a Python that cannot be profiled (before any of its code ran). `name` is the command as messages call it.
[[nodiscard]] cpython::PythonStop run_to_python(Child& child, const std::string& name);

}  // namespace memray::pursuit

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where an object's attributes and a function's arguments lie in memory: what it takes to read a thread's name.
#pragma once

#include "injector/cpython/python_version.h"
#include "payload/wire/python_layout.h"

namespace memray::cpython {

// 3.8 to 3.13, the last one also free-threaded; leaves those of others as they are. Later versions tell the kernel the
// names of threads themselves (Lib/threading.py, Thread._set_os_name).
void add_attributes(wire::PythonLayout& layout, PythonVersion version);

}  // namespace memray::cpython

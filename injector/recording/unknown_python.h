// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is said of a CPython that is newer than this program knows.
#pragma once

#include "injector/region/target.h"

namespace memray::recording {

// One line on standard error if the interpreter's frames cannot be read: it is recorded without Python stacks.
void warn_of_unknown_python(const region::Target& target);

}  // namespace memray::recording

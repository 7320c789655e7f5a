// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is said of a CPython that is newer than this program knows.
#pragma once

#include "injector/session/target.h"

namespace memray::cli {

// One line on standard error if the interpreter's frames cannot be read: it is recorded without Python stacks.
void warn_of_unknown_python(const session::Target& target);

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A small finished profile that the tests of whole reports share.
#pragma once

#include "injector/capture/profile.h"

namespace memray::report {

// app.py: main (line 10) calls build (line 3, 5 MB in 2 calls) and json's decode (line 7, 1 kB in 10 calls); one
// realloc of 500 bytes has no stack.
[[nodiscard]] capture::Profile sample_profile();

}  // namespace memray::report

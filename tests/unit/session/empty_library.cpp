// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A library that is no payload: exports another function.
extern "C" __attribute__((visibility("default"))) int something_else() { return 0; }

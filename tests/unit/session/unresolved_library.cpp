// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A library that no loader can resolve.
extern "C" int no_such_function_anywhere();
extern "C" __attribute__((visibility("default"))) int memray_payload_start(void*, unsigned long) {
    return no_such_function_anywhere();
}

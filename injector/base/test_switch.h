// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What tests ask this program to do otherwise, by environment variables that begin with MEMRAY_.
#pragma once

#include <cstdlib>

namespace memray::base {

// The value of the variable; nullptr if it is not set or empty, and always in builds without tests.
[[nodiscard]] inline const char* test_switch([[maybe_unused]] const char* name) noexcept {
#ifdef MEMRAY_TEST_SWITCHES
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : nullptr;
#else
    return nullptr;
#endif
}

}  // namespace memray::base

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The hook list as data, for the GOT patcher.
#pragma once

#include <cstddef>

namespace memray::payload {

struct Hook {
    const char* name;
    void* hook;
    void** original;  // *original is nullptr if the target does not have it
};

// All hooks. `count` receives their number.
const Hook* hook_table(std::size_t& count) noexcept;

// The hook of a function name, nullptr if it has none.
const Hook* find_hook(const char* name) noexcept;

}  // namespace memray::payload

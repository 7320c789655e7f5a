// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The hook list as data, for what puts hooks in.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::payload {

// See variants.h.
struct HookVariant {
    void* hook;
    void** original;  // *original is nullptr if the target does not have it, or the variant is not in use yet
};

struct Hook {
    const char* name;
    std::uint32_t name_hash;  // as in DT_GNU_HASH
    bool allocates;
    const HookVariant* variants;
    std::size_t variant_count;

    // The variant that stands for this function; nullptr if there is none.
    [[nodiscard]] const HookVariant* standing_for(const void* function) const noexcept;
    // The one whose hook this is.
    [[nodiscard]] const HookVariant* hooking_with(const void* hook) const noexcept;
};

// All hooks. `count` receives their number.
const Hook* hook_table(std::size_t& count) noexcept;

// The hook of a function name, nullptr if it has none.
const Hook* find_hook(const char* name) noexcept;

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The hook list as data, for what puts hooks in.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::payload {

// A hook in all its variants (variants.h). What one stands for is nullptr if the target does not have it, or the
// variant is not in use yet.
struct Hook {
    static constexpr int kNone = -1;

    const char* name;
    std::uint32_t name_hash;  // as in DT_GNU_HASH
    bool allocates;
    std::uint8_t variant_count;
    std::uint8_t code_size;         // of each variant but the first
    std::uint16_t original_stride;  // from that of one variant to that of the next, in pointers
    const void* first;
    const unsigned char* later;  // one after the other
    void** originals;

    [[nodiscard]] const void* hook(int variant) const noexcept;
    [[nodiscard]] void*& original(int variant) const noexcept { return originals[variant * original_stride]; }
    // The variant that stands for this function, or kNone.
    [[nodiscard]] int standing_for(const void* function) const noexcept;
    // The one whose hook this is, or kNone.
    [[nodiscard]] int hooking_with(const void* function) const noexcept;
};

// All hooks. `count` receives their number.
const Hook* hook_table(std::size_t& count) noexcept;

// The hook of a function name, nullptr if it has none.
const Hook* find_hook(const char* name) noexcept;

}  // namespace memray::payload

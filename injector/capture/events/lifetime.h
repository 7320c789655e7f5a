// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The classes of lifetimes that a capture distinguishes: "freed by its own thread after n further allocations of that
// thread". n is exact up to 16; above, a class spans up to the next power of two.
#pragma once

#include <bit>
#include <cstdint>

namespace memray::capture {

inline constexpr std::uint32_t kExactLifetimes = 17;  // 0 .. 16
inline constexpr std::uint32_t kLifetimeClasses = kExactLifetimes + 28;

// The class of a lifetime of `distance` allocations.
constexpr std::uint32_t lifetime_class(std::uint32_t distance) noexcept {
    if (distance < kExactLifetimes) { return distance; }
    return kExactLifetimes - 5 + static_cast<std::uint32_t>(std::bit_width(distance - 1));
}

// The largest distance of a class.
constexpr std::uint32_t largest_distance(std::uint32_t index) noexcept {
    if (index < kExactLifetimes) { return index; }
    const std::uint32_t bits = index - kExactLifetimes + 5;
    return bits >= 32 ? 0xffffffffU : 1U << bits;
}
static_assert(lifetime_class(16) == 16 && lifetime_class(17) == 17 && lifetime_class(32) == 17 &&
              lifetime_class(33) == 18);
static_assert(largest_distance(17) == 32 && largest_distance(18) == 64);
static_assert(lifetime_class(0xffffffffU) < kLifetimeClasses);

}  // namespace memray::capture

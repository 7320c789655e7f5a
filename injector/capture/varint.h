// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Numbers in 1 to 10 bytes, 7 bits a byte, the lowest first; the high bit says that more follow. Signed numbers are
// folded so that small ones of either sign are short.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::capture {

inline constexpr std::size_t kMaxVarint = 10;

constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>((value >> 1U) ^ (0 - (value & 1U)));
}

// Writes at most kMaxVarint bytes at `out`; returns the end of what it wrote.
inline std::uint8_t* put_varint(std::uint8_t* out, std::uint64_t value) noexcept {
    while (value > 0x7f) {
        *out++ = static_cast<std::uint8_t>(value | 0x80U);
        value >>= 7U;
    }
    *out++ = static_cast<std::uint8_t>(value);
    return out;
}

}  // namespace memray::capture

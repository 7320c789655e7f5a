// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An address in another process. It can be moved, compared and printed, but not followed: that takes a RemoteMemory.
#pragma once

#include <compare>
#include <cstdint>

namespace memray::base {

class RemoteAddr {
public:
    constexpr RemoteAddr() = default;
    constexpr explicit RemoteAddr(std::uint64_t value) noexcept : value_(value) {}

    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }
    [[nodiscard]] constexpr bool is_null() const noexcept { return value_ == 0; }

    // Wraps around like the processor does.
    constexpr RemoteAddr& operator+=(std::uint64_t bytes) noexcept {
        value_ += bytes;
        return *this;
    }
    constexpr RemoteAddr& operator-=(std::uint64_t bytes) noexcept {
        value_ -= bytes;
        return *this;
    }
    friend constexpr RemoteAddr operator+(RemoteAddr address, std::uint64_t bytes) noexcept { return address += bytes; }
    friend constexpr RemoteAddr operator-(RemoteAddr address, std::uint64_t bytes) noexcept { return address -= bytes; }
    friend constexpr std::uint64_t operator-(RemoteAddr end, RemoteAddr begin) noexcept {
        return end.value_ - begin.value_;
    }
    friend constexpr auto operator<=>(RemoteAddr, RemoteAddr) = default;

    // Rounded down to a multiple of `alignment`, a power of two.
    [[nodiscard]] constexpr RemoteAddr aligned_down(std::uint64_t alignment) const noexcept {
        return RemoteAddr(value_ & ~(alignment - 1));
    }

private:
    std::uint64_t value_{0};
};

}  // namespace memray::base

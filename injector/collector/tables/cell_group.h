// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A cache line of a hash table: cells that are looked at together.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace memray::collector {

struct alignas(64) CellGroup {
    static constexpr std::size_t kCells = 15;

    std::uint32_t cells[kCells + 1];  // the last: how many went on to another group

    [[nodiscard]] std::uint32_t& passed_on() noexcept { return cells[kCells]; }
    [[nodiscard]] std::uint32_t passed_on() const noexcept { return cells[kCells]; }

    // The cells that equal `value` in the bits of `mask`, as bits of a number.
    [[nodiscard]] std::uint32_t find(std::uint32_t value, std::uint32_t mask) const noexcept {
        constexpr std::uint32_t kAll = (1U << kCells) - 1;
#ifdef __SSE2__
        const auto* four = reinterpret_cast<const __m128i*>(cells);
        const __m128i masks = _mm_set1_epi32(static_cast<int>(mask));
        const __m128i values = _mm_set1_epi32(static_cast<int>(value));
        const auto equal = [&](int i) {
            return _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(four + i), masks), values);
        };
        const __m128i low = _mm_packs_epi32(equal(0), equal(1));
        const __m128i high = _mm_packs_epi32(equal(2), equal(3));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) & kAll;
#else
        std::uint32_t found = 0;
        for (std::size_t i = 0; i < kCells; ++i) { found |= std::uint32_t{(cells[i] & mask) == value} << i; }
        return found;
#endif
    }
    [[nodiscard]] std::uint32_t empty() const noexcept { return find(0, 0xffffffff); }
};

// The first cell of those found.
inline std::uint32_t first_of(std::uint32_t found) noexcept {
    return static_cast<std::uint32_t>(std::countr_zero(found));
}

// GCC 12 takes a function that only prefetches for one without effect and drops its calls, but for the assembler.
inline void prefetch(const void* line) noexcept {
    __asm__ volatile("" : : "r"(line));
    __builtin_prefetch(line);
}

}  // namespace memray::collector

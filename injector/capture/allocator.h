// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The allocator ids of captures and reports. The numbers are part of the file format, and are those of the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace memray::capture {

inline constexpr std::size_t kAllocatorCount = 16;

enum class Allocator : std::uint8_t {
    kNone = 0,
    kPymallocFree = 1,
    kPymallocMalloc = 2,
    kPymallocCalloc = 3,
    kPymallocRealloc = 4,
    kFree = 5,
    kMalloc = 6,
    kRealloc = 7,
    kCalloc = 8,
    kPosixMemalign = 9,
    kAlignedAlloc = 10,
    kMemalign = 11,
    kValloc = 12,
    kPvalloc = 13,
    kMmap = 14,
    kMunmap = 15,
};

// "MALLOC", "PYMALLOC_MALLOC", ...: the names of memray's statistics. "UNKNOWN" for a value that is none of the above.
[[nodiscard]] std::string_view allocator_name(Allocator allocator) noexcept;

[[nodiscard]] constexpr bool is_deallocator(Allocator allocator) noexcept {
    return allocator == Allocator::kPymallocFree || allocator == Allocator::kFree || allocator == Allocator::kMunmap;
}

}  // namespace memray::capture

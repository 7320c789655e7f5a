// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The allocator ids of captures and reports. The numbers are part of the file format, and are those of the wire.
#pragma once

#include <array>
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
[[nodiscard]] constexpr std::string_view allocator_name(Allocator allocator) noexcept {
    constexpr std::array<std::string_view, kAllocatorCount> kNames{
        "UNKNOWN", "PYMALLOC_FREE", "PYMALLOC_MALLOC", "PYMALLOC_CALLOC", "PYMALLOC_REALLOC", "FREE",   "MALLOC",
        "REALLOC", "CALLOC",        "POSIX_MEMALIGN",  "ALIGNED_ALLOC",   "MEMALIGN",         "VALLOC", "PVALLOC",
        "MMAP",    "MUNMAP"};
    const auto index = static_cast<std::size_t>(allocator);
    return index < kNames.size() ? kNames[index] : kNames[0];
}

[[nodiscard]] constexpr bool is_deallocator(Allocator allocator) noexcept {
    return allocator == Allocator::kPymallocFree || allocator == Allocator::kFree || allocator == Allocator::kMunmap;
}

}  // namespace memray::capture

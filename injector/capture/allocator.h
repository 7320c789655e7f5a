// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The allocator ids of captures and reports. The numbers are part of the file format; those up to kMunmap are the
// wire's. What was mapped has an id for each class of mapping, which the recorder finds (collector/mapping_class.h):
// most are memory, as what malloc gives, and some are not. Those count neither for the peak nor for what is live, but
// beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace memray::capture {

inline constexpr std::size_t kAllocatorCount = 23;

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
    kMmap = 14,  // anonymous memory; of captures of version 1, whatever was mapped
    kMunmap = 15,
    kPrivateFile = 16,   // not memory: the page cache's
    kSharedFile = 17,    // not memory: the page cache's
    kSharedMemory = 18,  // memfd, tmpfs, MAP_SHARED | MAP_ANONYMOUS
    kSharedAgain = 19,   // not memory: shared memory that is mapped elsewhere, too, and counts there
    kReservation = 20,   // not memory: PROT_NONE, until mprotect(2) makes it accessible
    kStack = 21,         // MAP_STACK, MAP_GROWSDOWN
    kArena = 22,         // of Python's pymalloc
};

// "MALLOC", "PYMALLOC_MALLOC", ...: the names of memray's statistics, and "PYTHON_ARENA" in that manner. "UNKNOWN" for
// a value that is none of the above.
[[nodiscard]] constexpr std::string_view allocator_name(Allocator allocator) noexcept {
    constexpr std::array<std::string_view, kAllocatorCount> kNames{
        "UNKNOWN",       "PYMALLOC_FREE", "PYMALLOC_MALLOC", "PYMALLOC_CALLOC", "PYMALLOC_REALLOC",
        "FREE",          "MALLOC",        "REALLOC",         "CALLOC",          "POSIX_MEMALIGN",
        "ALIGNED_ALLOC", "MEMALIGN",      "VALLOC",          "PVALLOC",         "MMAP",
        "MUNMAP",        "PRIVATE_FILE",  "SHARED_FILE",     "SHARED_MEMORY",   "SHARED_MEMORY_AGAIN",
        "RESERVATION",   "STACK",         "PYTHON_ARENA"};
    const auto index = static_cast<std::size_t>(allocator);
    return index < kNames.size() ? kNames[index] : kNames[0];
}

[[nodiscard]] constexpr bool is_deallocator(Allocator allocator) noexcept {
    return allocator == Allocator::kPymallocFree || allocator == Allocator::kFree || allocator == Allocator::kMunmap;
}

// Came from mmap(2), and goes by munmap(2), in pieces if need be.
[[nodiscard]] constexpr bool is_mapping(Allocator allocator) noexcept {
    return allocator == Allocator::kMmap || allocator >= Allocator::kPrivateFile;
}

// Whether what it gives counts as memory: for peak, live, total.
[[nodiscard]] constexpr bool is_memory(Allocator allocator) noexcept {
    return allocator != Allocator::kPrivateFile && allocator != Allocator::kSharedFile &&
           allocator != Allocator::kSharedAgain && allocator != Allocator::kReservation;
}

}  // namespace memray::capture

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/allocator.h"

#include <array>

namespace memray::capture {

std::string_view allocator_name(Allocator allocator) noexcept {
    static constexpr std::array<std::string_view, kAllocatorCount> kNames{
        "UNKNOWN", "PYMALLOC_FREE", "PYMALLOC_MALLOC", "PYMALLOC_CALLOC", "PYMALLOC_REALLOC", "FREE",   "MALLOC",
        "REALLOC", "CALLOC",        "POSIX_MEMALIGN",  "ALIGNED_ALLOC",   "MEMALIGN",         "VALLOC", "PVALLOC",
        "MMAP",    "MUNMAP"};
    const auto index = static_cast<std::size_t>(allocator);
    return index < kNames.size() ? kNames[index] : kNames[0];
}

}  // namespace memray::capture

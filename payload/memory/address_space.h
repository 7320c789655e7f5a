// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Memory for the payload, as it is needed: private (unlocked.h), or more of the region's file. The program may have
// limited its address space (RLIMIT_AS), so we take no more of it than the controller allows
// (ControlPage::address_space).
//
// More of the file is mapped without its descriptor, which the program may have closed, and by nothing but what malloc
// does itself: mremap of size 0 makes a second mapping of the same file, from the page that it is given on and as long
// as wanted (mremap(2)). Such a mapping inherits what the page's has: it is locked only if that is, and in no core
// dump.
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

// Zeroed memory, `size` in whole pages; nullptr if there is none to be had.
[[nodiscard]] void* map_private(const wire::ControlPage& control, std::uint64_t size) noexcept;

// That memory with its contents, longer, and perhaps elsewhere; nullptr if that cannot be: then it is as it was.
[[nodiscard]] void* grow_private(const wire::ControlPage& control, void* memory, std::uint64_t size,
                                 std::uint64_t new_size) noexcept;

// `size` bytes of the file that begin `distance` bytes after the end of `page`, a mapped page of it. All in whole
// pages. nullptr if that cannot be had.
[[nodiscard]] void* map_behind(const wire::ControlPage& control, void* page, std::uint64_t distance,
                               std::uint64_t size) noexcept;

// Either of these; nullptr is fine.
void unmap(void* memory, std::uint64_t size) noexcept;

// For what was mapped in another way.
void count_mapped(std::uint64_t size) noexcept;
void count_unmapped(std::uint64_t size) noexcept;

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Private memory that takes nothing from what the program may lock (RLIMIT_MEMLOCK), though it has everything locked
// that it maps from now on (mlockall(2), MCL_FUTURE): a mapping that grows is locked only if it was before
// (vma_to_resize in Linux 2.6 to 6.x, mm/mremap.c), so each piece is grown from a page that was mapped when the
// recording began. If that has been locked since (MCL_CURRENT), so is what is grown from it.
#pragma once

#include <cstdint>

namespace memray::payload {

// By the thread that starts a recording. `locks_already`: what is mapped now is locked. This library is no longer,
// then.
void prepare_unlocked(bool locks_already) noexcept;

// Zeroed memory, `size` in whole pages; nullptr if there is none to be had. It may be locked after all, if many threads
// ask at the same time.
[[nodiscard]] void* map_unlocked(std::uint64_t size) noexcept;
// The same memory, longer, and perhaps elsewhere; nullptr if that cannot be: then it is as it was.
[[nodiscard]] void* grow_unlocked(void* memory, std::uint64_t size, std::uint64_t new_size) noexcept;

}  // namespace memray::payload

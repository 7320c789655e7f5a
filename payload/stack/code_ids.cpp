// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/code_ids.h"

#include <sys/mman.h>

#include "payload/syscalls.h"

namespace memray::payload {

std::uint32_t CodeIds::take_place(std::uint64_t code) noexcept {
    const std::uint32_t home = home_of(code);
    for (std::uint32_t i = 0; i < kWindow; ++i) {
        const std::uint32_t place = (home + i) & kMask;
        std::uint64_t empty = 0;
        if (entries_[place].code.compare_exchange_strong(empty, kClaimed, std::memory_order_acquire)) { return place; }
    }
    was_full_.store(true, std::memory_order_relaxed);
    return kNoPlace;
}

void CodeIds::insert(std::uint32_t place, std::uint64_t code, std::uint32_t id, std::uint32_t generation) noexcept {
    Entry& entry = entries_[place];
    entry.id.store(id, std::memory_order_relaxed);
    entry.generation.store(generation, std::memory_order_relaxed);
    entry.code.store(code, std::memory_order_release);
}

void CodeIds::clear() noexcept {
    static_assert(sizeof(CodeIds) % wire::kPageSize == 0);
    // Gives the pages back; refused only where the program has locked them.
    if (raw_syscall(SYS_madvise, address_of(this), sizeof *this, MADV_DONTNEED) != 0) { erase_all(); }
}

void CodeIds::erase_all() noexcept {
    for (Entry& entry : entries_) {
        if (entry.code.load(std::memory_order_relaxed) == 0) { continue; }  // its page may never have been written to
        entry.code.store(0, std::memory_order_relaxed);
        entry.id.store(0, std::memory_order_relaxed);
    }
    was_full_.store(false, std::memory_order_relaxed);
}

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// glibc's malloc in a ledger, chunk by chunk, and what it would give back if it was asked to.
#pragma once

#include <cstdint>
#include <functional>

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/glibc/glibc_heap.h"

namespace memray::heap {

// What a block in use is.
using TermOfBlock = std::function<Term(const Block&)>;

// kMallocUsed or kMallocMapped.
[[nodiscard]] Term term_of_malloc(const Block& block);

void claim_malloc(const GlibcHeap& heap, const TermOfBlock& term_of, Ledger& ledger);

struct FreeMemory {
    std::uint64_t resident{0};  // bytes of free chunks and the top
    // Of these, what malloc_trim(0) would give back at least (mtrim() and systrim() of malloc/malloc.c): whole pages
    // inside free chunks, and of the main arena's top.
    std::uint64_t trimmable{0};
};
// Of the arena of that number.
[[nodiscard]] FreeMemory free_memory(const GlibcHeap& heap, std::size_t arena, const ResidentPages& pages);

}  // namespace memray::heap

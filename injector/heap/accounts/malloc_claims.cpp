// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/malloc_claims.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kSizeField = 8;
// A free chunk's own fields stay (struct malloc_chunk); a top keeps at least as much (MINSIZE, and one).
constexpr std::uint64_t kKeptOfFree = 48;
constexpr std::uint64_t kKeptOfTop = 33;

RemoteAddr page_up(RemoteAddr address) { return (address + (kPageBytes - 1)).aligned_down(kPageBytes); }

Term term_of_unused(ChunkState state) {
    switch (state) {
        case ChunkState::kFree:
            return Term::kMallocFree;
        case ChunkState::kFast:
        case ChunkState::kCached:
            return Term::kMallocCached;
        case ChunkState::kTop:
            return Term::kMallocTop;
        case ChunkState::kOverhead:
            return Term::kMallocHeaders;
        default:
            return Term::kMallocUnknown;
    }
}

// A block ends where the size field of the next chunk begins; so all other chunks begin there, too.
void claim_chunk(const Chunk& chunk, const TermOfBlock& term_of, Ledger& ledger) {
    const RemoteAddr end = chunk.address + chunk.size;
    if (chunk.state != ChunkState::kInUse) { return ledger.claim(chunk.address, end, term_of_unused(chunk.state)); }
    const RemoteAddr user = chunk.address + kChunkHeader;
    const Block block{user, chunk.size - kSizeField, BlockOrigin::kMalloc};
    ledger.claim(chunk.address, user, Term::kMallocHeaders);
    ledger.claim(user, user + block.size, term_of(block));
}

// Bytes that trimming gives back of a free chunk or a top.
std::uint64_t trimmable(const Chunk& chunk, bool main, const ResidentPages& pages) {
    const RemoteAddr end = chunk.address + chunk.size;
    if (chunk.state == ChunkState::kFree) {
        return pages.present_between(page_up(chunk.address + kKeptOfFree), end.aligned_down(kPageBytes));
    }
    if (!main || chunk.size <= kKeptOfTop) { return 0; }
    return pages.present_between(end - (chunk.size - kKeptOfTop) / kPageBytes * kPageBytes, end);
}

}  // namespace

Term term_of_malloc(const Block& block) {
    return block.origin == BlockOrigin::kMapped ? Term::kMallocMapped : Term::kMallocUsed;
}

void claim_malloc(const GlibcHeap& heap, const TermOfBlock& term_of, Ledger& ledger) {
    for (std::size_t arena = 0; arena < heap.arenas().size(); ++arena) {
        heap.for_each_chunk(arena, [&](const Chunk& chunk) { claim_chunk(chunk, term_of, ledger); });
    }
    for (const MappedChunk& chunk : heap.mapped()) {
        ledger.claim(chunk.begin, chunk.user, Term::kMallocHeaders);
        ledger.claim(chunk.user, chunk.begin + chunk.size, term_of({chunk.user, chunk.usable, BlockOrigin::kMapped}));
    }
}

FreeMemory free_memory(const GlibcHeap& heap, std::size_t arena, const ResidentPages& pages) {
    FreeMemory sum;
    heap.for_each_chunk(arena, [&](const Chunk& chunk) {
        if (chunk.state != ChunkState::kFree && chunk.state != ChunkState::kTop) { return; }
        sum.resident += pages.present_between(chunk.address, chunk.address + chunk.size);
        sum.trimmable += trimmable(chunk, heap.arenas()[arena].main, pages);
    });
    return sum;
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/frame_stacks.h"

#include <bit>

namespace memray::heap {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kSmallest = 16384;  // DATA_STACK_CHUNK_SIZE; others are twice, four times, ... as large
constexpr std::uint64_t kLargest = std::uint64_t{1} << 32U;

struct StackChunk {
    std::uint64_t previous;
    std::uint64_t size;
    std::uint64_t top;  // in words
};

bool may_be_chunk(const StackChunk& chunk) {
    return std::has_single_bit(chunk.size) && chunk.size >= kSmallest && chunk.size <= kLargest &&
           chunk.top <= chunk.size / kWord && chunk.previous % kPageBytes == 0;
}

// Bytes of the one at `page`; 0 if there is none.
std::uint64_t size_at(const Memory& memory, RemoteAddr page) {
    const auto chunk = memory.get<StackChunk>(page);
    if (!chunk || !may_be_chunk(*chunk)) { return 0; }
    if (chunk->previous == 0) { return chunk->size; }
    const auto previous = memory.get<StackChunk>(RemoteAddr(chunk->previous));
    return previous && may_be_chunk(*previous) ? chunk->size : 0;
}

// The first page from `page` on that was written, and of which nobody has claimed the start.
RemoteAddr next_page(const Ledger& ledger, RemoteAddr page) {
    for (;;) {
        const RemoteAddr free = (ledger.next_free(page) + (kPageBytes - 1)).aligned_down(kPageBytes);
        const RemoteAddr touched = ledger.pages().next_touched(free);
        if (touched == page || touched + kPageBytes < touched) { return touched; }
        page = touched;
    }
}

void claim_in(const Memory& memory, const Range& range, Ledger& ledger) {
    for (RemoteAddr page = next_page(ledger, range.begin); page < range.end; page = next_page(ledger, page)) {
        const std::uint64_t size = size_at(memory, page);
        const bool is_chunk = size > 0 && size <= range.end - page;
        if (is_chunk) { ledger.claim(page, page + size, Term::kFrameStacks); }
        page += is_chunk ? size : kPageBytes;
    }
}

}  // namespace

void claim_frame_stacks(const Memory& memory, Ledger& ledger) {
    for (const Range& range : memory.ranges()) {
        const bool may_hold = range.is_anonymous() && range.readable && range.writable && range.path != "[heap]";
        if (!may_hold) { continue; }
        claim_in(memory, range, ledger);
    }
}

}  // namespace memray::heap

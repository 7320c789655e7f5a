// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/accounts.h"

#include "injector/heap/accounts/frame_stacks.h"
#include "injector/heap/accounts/range_claims.h"
#include "injector/heap/accounts/stacks.h"

namespace memray::heap {
namespace {

ArenaAccount account_of(const GlibcHeap& heap, std::size_t number, std::uint64_t resident_free) {
    const MallocArena& arena = heap.arenas()[number];
    const ArenaTotals& totals = heap.totals_of(number);
    return {arena.state,
            arena.main,
            arena.system,
            totals[ChunkState::kInUse].bytes,
            totals[ChunkState::kFree].bytes,
            totals[ChunkState::kFast].bytes + totals[ChunkState::kCached].bytes,
            totals[ChunkState::kTop].bytes,
            resident_free};
}

void describe_malloc(const GlibcHeap& heap, const ResidentPages& pages, Accounts& accounts) {
    for (std::size_t number = 0; number < heap.arenas().size(); ++number) {
        const FreeMemory free = free_memory(heap, number, pages);
        accounts.arenas.push_back(account_of(heap, number, free.resident));
        accounts.trimmable += free.trimmable;
    }
    accounts.malloc = heap.info();
    accounts.all_mapped_known = heap.knows_all_mapped();
}

}  // namespace

// Who knows best comes first: what is left is told by how it was mapped.
Accounts make_accounts(const AccountsInput& input) {
    Accounts accounts;
    Ledger ledger(*input.pages, input.mappings);
    input.claim_first(ledger);
    if (input.malloc != nullptr) {
        claim_malloc(*input.malloc, input.term_of_block, ledger);
        describe_malloc(*input.malloc, *input.pages, accounts);
    }
    claim_zeroed(*input.memory, ledger);
    claim_frame_stacks(*input.memory, ledger);
    claim_stacks(*input.memory, input.stack_pointers, ledger);
    accounts.allocator = loaded_allocator(input.memory->ranges());
    claim_loader(*input.memory, ledger);
    claim_ranges(*input.memory, accounts.allocator, ledger);
    for (std::size_t term = 0; term < kTerms; ++term) { accounts.terms.at(term) = ledger[static_cast<Term>(term)]; }
    accounts.total = ledger.total();
    accounts.present = input.pages->present();
    return accounts;
}

}  // namespace memray::heap

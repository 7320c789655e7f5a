// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Every resident byte of a process in named terms, which add up to what its page tables say.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/accounts/malloc_claims.h"
#include "injector/heap/accounts/smaps.h"
#include "injector/heap/accounts/term.h"
#include "injector/heap/glibc/glibc_heap.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

// What is known of a process; all of one moment, as far as it goes.
struct AccountsInput {
    const Memory* memory{nullptr};
    const ResidentPages* pages{nullptr};        // read before the memory was
    std::vector<MappingUse> mappings;           // none if they are not known: pages count in full then
    std::vector<RemoteAddr> stack_pointers;     // of its threads, as far as they are known
    const GlibcHeap* malloc{nullptr};           // null if there is none
    TermOfBlock term_of_block{term_of_malloc};  // what malloc's blocks are
    // Whoever knows best claims first: the interpreter's own allocator.
    std::function<void(Ledger&)> claim_first{[](Ledger& /*ledger*/) {}};
};

struct ArenaAccount {
    RemoteAddr address;
    bool main{false};
    std::uint64_t system{0};  // bytes that it has of the system
    std::uint64_t used{0};
    std::uint64_t free{0};  // in bins
    std::uint64_t cached{0};
    std::uint64_t top{0};
    std::uint64_t resident_free{0};  // of those in bins and the top
};

struct Accounts {
    std::array<TermBytes, kTerms> terms{};  // by Term
    TermBytes total;                        // their sum
    std::uint64_t present{0};               // of all pages
    std::string allocator;                  // that kOtherAllocator is of; empty if there is none
    std::vector<ArenaAccount> arenas;       // of malloc, the main one first
    std::optional<MallocInfo> malloc;
    bool all_mapped_known{true};  // malloc counts as many chunks with mappings of their own as were found
    std::uint64_t trimmable{0};   // that malloc_trim(0) would give back at least

    [[nodiscard]] const TermBytes& operator[](Term term) const { return terms.at(static_cast<std::size_t>(term)); }
};

[[nodiscard]] Accounts make_accounts(const AccountsInput& input);

}  // namespace memray::heap

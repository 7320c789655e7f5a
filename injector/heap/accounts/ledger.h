// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where each byte of a process is entered under one term: that of whoever claims it first.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "injector/heap/accounts/smaps.h"
#include "injector/heap/accounts/term.h"
#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

struct TermBytes {
    std::uint64_t resident{0};
    std::uint64_t swapped{0};
    std::uint64_t size{0};   // of addresses, whatever is behind them
    double proportional{0};  // of what is resident: its share of the mapping's Pss
};

class Ledger {
public:
    // Both live longer than this.
    Ledger(const ResidentPages& pages, const std::vector<MappingUse>& mappings) : pages_(pages), mappings_(mappings) {}

    // What of [begin, end) nobody has claimed yet. Takes about the same time however many claims there are, if those
    // that border on each other come in the order of addresses.
    void claim(RemoteAddr begin, RemoteAddr end, Term term);
    // Whether nobody has claimed that byte.
    [[nodiscard]] bool is_free(RemoteAddr address) const;
    // The first address from `address` on that nobody has claimed.
    [[nodiscard]] RemoteAddr next_free(RemoteAddr address) const;
    // From `address` on, which is free, up to what is claimed, at most `end`.
    [[nodiscard]] RemoteAddr free_until(RemoteAddr address, RemoteAddr end) const;

    [[nodiscard]] const TermBytes& operator[](Term term) const { return terms_.at(static_cast<std::size_t>(term)); }
    [[nodiscard]] TermBytes total() const;
    [[nodiscard]] const ResidentPages& pages() const noexcept { return pages_; }

private:
    using Claims = std::map<RemoteAddr, RemoteAddr>;

    void enter(RemoteAddr begin, RemoteAddr end, Term term);
    [[nodiscard]] double proportion_at(RemoteAddr address, RemoteAddr& end);
    void mark(RemoteAddr begin, RemoteAddr end);

    const ResidentPages& pages_;
    const std::vector<MappingUse>& mappings_;
    Claims claims_;  // begin -> end; they neither overlap nor touch
    std::array<TermBytes, kTerms> terms_{};
    std::size_t mapping_{0};  // that of the last byte that was entered
};

}  // namespace memray::heap

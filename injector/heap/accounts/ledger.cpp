// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/ledger.h"

#include <algorithm>
#include <iterator>

namespace memray::heap {

RemoteAddr Ledger::next_free(RemoteAddr address) const {
    const auto behind = claims_.upper_bound(address);
    return behind == claims_.begin() ? address : std::max(address, std::prev(behind)->second);
}

bool Ledger::is_free(RemoteAddr address) const { return next_free(address) == address; }

RemoteAddr Ledger::free_until(RemoteAddr address, RemoteAddr end) const {
    const auto behind = claims_.upper_bound(address);
    return behind == claims_.end() ? end : std::min(end, behind->first);
}

void Ledger::claim(RemoteAddr begin, RemoteAddr end, Term term) {
    for (RemoteAddr at = begin; at < end;) {
        const auto behind = claims_.upper_bound(at);
        const RemoteAddr taken = behind == claims_.begin() ? at : std::max(at, std::prev(behind)->second);
        const RemoteAddr until = behind == claims_.end() ? end : std::min(end, behind->first);
        if (taken < until) { enter(taken, until, term); }
        at = std::max(until, taken);
    }
    if (begin < end) { mark(begin, end); }
}

// Joins what the claim overlaps or touches.
void Ledger::mark(RemoteAddr begin, RemoteAddr end) {
    auto next = claims_.upper_bound(begin);
    if (next != claims_.begin() && std::prev(next)->second >= begin) {
        --next;
        next->second = std::max(next->second, end);
    } else {
        next = claims_.emplace_hint(next, begin, end);
    }
    for (auto other = std::next(next); other != claims_.end() && other->first <= next->second;) {
        next->second = std::max(next->second, other->second);
        other = claims_.erase(other);
    }
}

// Of the mapping at `address`: Pss / Rss. `end` becomes at most where that mapping ends.
double Ledger::proportion_at(RemoteAddr address, RemoteAddr& end) {
    const auto holds = [&](std::size_t index) {
        return index < mappings_.size() && mappings_[index].begin <= address && address < mappings_[index].end;
    };
    if (!holds(mapping_)) {
        const auto found = std::upper_bound(mappings_.begin(), mappings_.end(), address,
                                            [](RemoteAddr at, const MappingUse& m) { return at < m.end; });
        mapping_ = static_cast<std::size_t>(found - mappings_.begin());
    }
    if (!holds(mapping_)) {
        if (mapping_ < mappings_.size()) { end = std::min(end, mappings_[mapping_].begin); }
        return 1;
    }
    const MappingUse& mapping = mappings_[mapping_];
    end = std::min(end, mapping.end);
    if (mapping.resident == 0) { return 1; }
    return static_cast<double>(mapping.proportional) / static_cast<double>(mapping.resident);
}

void Ledger::enter(RemoteAddr begin, RemoteAddr end, Term term) {
    TermBytes& bytes = terms_.at(static_cast<std::size_t>(term));
    bytes.size += end - begin;
    while (begin < end) {
        RemoteAddr until = end;
        const double proportion = proportion_at(begin, until);
        const std::uint64_t resident = pages_.present_between(begin, until);
        bytes.resident += resident;
        bytes.swapped += pages_.swapped_between(begin, until);
        bytes.proportional += static_cast<double>(resident) * proportion;
        begin = until;
    }
}

TermBytes Ledger::total() const {
    TermBytes total;
    for (const TermBytes& bytes : terms_) {
        total.resident += bytes.resident;
        total.swapped += bytes.swapped;
        total.size += bytes.size;
        total.proportional += bytes.proportional;
    }
    return total;
}

}  // namespace memray::heap

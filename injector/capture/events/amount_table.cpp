// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/amount_table.h"

#include <algorithm>

namespace memray::capture {

std::vector<std::pair<std::uint64_t, Amount>> AmountTable::sorted() const {
    std::vector<std::pair<std::uint64_t, Amount>> all;
    all.reserve(used_);
    for (const Entry& entry : entries_) {
        if (entry.key != 0) { all.emplace_back(entry.key - 1, entry.amount); }
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
}

void AmountTable::grow() {
    std::vector<Entry> old(entries_.empty() ? 1024 : entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
        if (entry.key != 0) { find(entry.key) = entry; }
    }
}

}  // namespace memray::capture

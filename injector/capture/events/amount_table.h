// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Amounts by a 64-bit key: an open-addressing hash table, because a replay adds to it for every second event.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::capture {

class AmountTable {
public:
    // Key 2^64 - 1 is not allowed.
    void add(std::uint64_t key, std::uint64_t count, std::uint64_t bytes) {
        if ((used_ + 1) * 4 > entries_.size() * 3) { grow(); }
        Entry& entry = find(key + 1);
        if (entry.key == 0) {
            entry.key = key + 1;
            ++used_;
        }
        entry.amount.count += count;
        entry.amount.bytes += bytes;
    }

    // All pairs by ascending key.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, Amount>> sorted() const {
        std::vector<std::pair<std::uint64_t, Amount>> all;
        all.reserve(used_);
        for (const Entry& entry : entries_) {
            if (entry.key != 0) { all.emplace_back(entry.key - 1, entry.amount); }
        }
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        return all;
    }

private:
    struct Entry {
        std::uint64_t key{0};  // + 1; 0 is an empty entry
        Amount amount;
    };

    Entry& find(std::uint64_t key) noexcept {
        const std::size_t mask = entries_.size() - 1;
        std::size_t at = (key * 0x9E3779B97F4A7C15ULL >> 32U) & mask;
        while (entries_[at].key != 0 && entries_[at].key != key) { at = (at + 1) & mask; }
        return entries_[at];
    }
    void grow() {
        std::vector<Entry> old(entries_.empty() ? 1024 : entries_.size() * 2);
        old.swap(entries_);
        for (const Entry& entry : old) {
            if (entry.key != 0) { find(entry.key) = entry; }
        }
    }

    std::vector<Entry> entries_;
    std::size_t used_{0};
};

}  // namespace memray::capture

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/range_table.h"

#include <cassert>
#include <iterator>

namespace memray::collector {

void RangeTable::insert(const Range& range) {
    assert(range.start < range.end);
    [[maybe_unused]] const auto [at, added] = ranges_.try_emplace(range.start, range);
    // The slot of a range that is written over would never be released.
    assert(added && (at == ranges_.begin() || std::prev(at)->second.end <= range.start));
    assert(std::next(at) == ranges_.end() || range.end <= std::next(at)->first);
}

std::vector<Range> RangeTable::take_overlapping(std::uint64_t start, std::uint64_t end) {
    std::vector<Range> taken;
    if (end <= start) { return taken; }
    auto at = ranges_.upper_bound(start);
    if (at != ranges_.begin()) { --at; }
    while (at != ranges_.end() && at->first < end) {
        if (at->second.end <= start) {
            ++at;
            continue;
        }
        taken.push_back(at->second);
        at = ranges_.erase(at);
    }
    return taken;
}

}  // namespace memray::collector

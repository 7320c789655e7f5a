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
    if (range.file != 0) { starts_[range.file].insert(range.start); }
}

// The first that ends behind `start`.
RangeTable::Ranges::const_iterator RangeTable::first_behind(std::uint64_t start) const {
    auto at = ranges_.upper_bound(start);
    if (at != ranges_.begin() && std::prev(at)->second.end > start) { --at; }
    return at;
}

std::vector<Range> RangeTable::overlapping(std::uint64_t start, std::uint64_t end) const {
    std::vector<Range> found;
    for (auto at = first_behind(start); end > start && at != ranges_.end() && at->first < end; ++at) {
        found.push_back(at->second);
    }
    return found;
}

std::vector<Range> RangeTable::take_overlapping(std::uint64_t start, std::uint64_t end) {
    std::vector<Range> taken;
    for (auto at = first_behind(start); end > start && at != ranges_.end() && at->first < end;) {
        const Range& range = at->second;
        if (range.file != 0) { starts_[range.file].erase(range.start); }
        taken.push_back(range);
        at = ranges_.erase(at);
    }
    return taken;
}

std::vector<Range> RangeTable::of_file(std::uint32_t file) const {
    std::vector<Range> found;
    const auto starts = starts_.find(file);
    if (starts == starts_.end()) { return found; }
    for (const std::uint64_t start : starts->second) { found.push_back(ranges_.at(start)); }
    return found;
}

std::size_t RangeTable::count_of_file(std::uint32_t file) const {
    const auto starts = starts_.find(file);
    return starts == starts_.end() ? 0 : starts->second.size();
}

}  // namespace memray::collector

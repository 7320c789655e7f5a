// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/range_table.h"

namespace memray::collector {

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

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/intervals.h"

#include <utility>

namespace memray::collector {

void Intervals::fold() {
    const Intervals old = std::exchange(*this, Intervals());
    std::vector<capture::Interval> entries;
    old.append(entries);
    for (const capture::Interval& entry : entries) {
        if (entry.allocated / 2 < entry.freed / 2) {
            add(entry.site, entry.allocated / 2, entry.freed / 2, entry.amount);
        }
    }
}

void Intervals::append(std::vector<capture::Interval>& to) const {
    for (std::uint32_t i = 0; i < amounts_.size(); ++i) {
        if (amounts_[i].count == 0 && amounts_[i].bytes == 0) { continue; }
        const std::uint64_t key = index_.key(i);
        to.push_back({static_cast<std::uint32_t>(key >> 16U), static_cast<std::uint32_t>(key >> 8U & 0xffU),
                      static_cast<std::uint32_t>(key & 0xffU), amounts_[i]});
    }
}

}  // namespace memray::collector

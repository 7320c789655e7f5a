// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/lifetimes.h"

namespace memray::collector {

capture::Amount& Lifetimes::first_counter(Site& site, std::uint32_t index) {
    if (unused_.empty()) {
        unused_.push_back(static_cast<std::uint32_t>(few_.size()));
        few_.emplace_back();
    }
    site.lifetimes = unused_.back();
    unused_.pop_back();
    few_[site.lifetimes] = {};
    return new_counter(site, index);
}

// Of a site with few, of a class that is not among them.
capture::Amount& Lifetimes::new_counter(Site& site, std::uint32_t index) {
    Few& few = few_[site.lifetimes];
    if (few.used < few.amounts.size()) {
        few.classes[few.used] = static_cast<std::uint8_t>(index);
        return few.amounts[few.used++];
    }
    const auto number = static_cast<std::uint32_t>(all_.size());
    all_.push_back(all_of(site));
    unused_.push_back(site.lifetimes);
    site.lifetimes = kAll | number;
    return all_.back()[index];
}

Lifetimes::All Lifetimes::all_of(const Site& site) const {
    if ((site.lifetimes & kAll) != 0) { return all_[site.lifetimes & ~kAll]; }
    All all{};
    const Few& few = few_[site.lifetimes];
    for (std::uint32_t i = 0; i < few.used; ++i) { all[few.classes[i]] = few.amounts[i]; }
    return all;
}

void Lifetimes::append(const Site& site, std::uint32_t number, std::vector<capture::Lifetime>& to) const {
    if (site.lifetimes == kNoLifetimes) { return; }
    const All amounts = all_of(site);
    for (std::uint32_t i = 0; i < capture::kLifetimeClasses; ++i) {
        if (amounts[i].count != 0) { to.push_back({number, capture::largest_distance(i), amounts[i]}); }
    }
}

}  // namespace memray::collector

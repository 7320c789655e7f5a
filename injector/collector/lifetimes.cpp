// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/lifetimes.h"

namespace memray::collector {

void Lifetimes::append(const Site& site, std::uint32_t number, std::vector<capture::Lifetime>& to) const {
    if (site.lifetimes == kNoLifetimes) { return; }
    const auto& amounts = counters_[site.lifetimes];
    for (std::uint32_t i = 0; i < capture::kLifetimeClasses; ++i) {
        if (amounts[i].count != 0) { to.push_back({number, capture::largest_distance(i), amounts[i]}); }
    }
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/second_peak.h"

namespace memray::collector {

void SecondPeak::begin(const SiteTable& sites, std::uint64_t epoch, const capture::Amount& peak, std::int64_t peak_ms) {
    began_ = true;
    peak_ = peak;
    peak_ms_ = peak_ms;
    rows_.reserve(sites.size());
    for (std::uint32_t i = 0; i < sites.size(); ++i) {
        rows_.push_back({sites[i].epoch == epoch ? sites[i].peak : sites[i].live, epoch_});
    }
}

}  // namespace memray::collector

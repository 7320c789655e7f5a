// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/time_buckets.h"

#include <algorithm>

namespace memray::collector {

unsigned TimeBuckets::advance(std::int64_t ms, std::uint64_t heap) {
    unsigned folds = 0;
    while ((ms - start_ms_) / width_ms_ >= kMaxBuckets) {
        fold();
        ++folds;
    }
    const std::int64_t bucket = (ms - start_ms_) / width_ms_;
    while (current() < bucket) { peaks_.push_back(heap); }
    return folds;
}

void TimeBuckets::fold() {
    const std::size_t count = (peaks_.size() + 1) / 2;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t second = 2 * i + 1 < peaks_.size() ? peaks_[2 * i + 1] : 0;
        peaks_[i] = std::max(peaks_[2 * i], second);
    }
    peaks_.resize(count);
    width_ms_ *= 2;
}

std::vector<capture::TimeBucket> TimeBuckets::table() const {
    std::vector<capture::TimeBucket> table;
    std::int64_t start = start_ms_;
    for (const std::uint64_t peak : peaks_) {
        table.push_back({start, peak});
        start += width_ms_;
    }
    return table;
}

}  // namespace memray::collector

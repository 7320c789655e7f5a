// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/replay_timeline.h"

#include <algorithm>

namespace memray::capture {
namespace {

constexpr std::uint32_t site_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32U); }
constexpr std::uint32_t allocated_of(std::uint64_t key) { return (key >> 16U) & 0xffffU; }
constexpr std::uint32_t freed_of(std::uint64_t key) { return key & 0xffffU; }

}  // namespace

unsigned ReplayTimeline::advance(std::int64_t ms, std::uint64_t heap) {
    if (ms <= now_ms_) { return 0; }
    now_ms_ = ms;
    // Unsigned: the difference of two hostile times may not fit.
    const std::uint64_t elapsed = static_cast<std::uint64_t>(ms) - static_cast<std::uint64_t>(start_ms_);
    unsigned folds = 0;
    for (; elapsed / width_ms_ >= kMaxBuckets; ++folds) { fold(); }
    while (current() < elapsed / width_ms_) { peaks_.push_back(heap); }
    return folds;
}

void ReplayTimeline::fold() {
    width_ms_ *= 2;
    if (peaks_.size() % 2 != 0) { peaks_.push_back(0); }
    for (std::size_t i = 0; i < peaks_.size() / 2; ++i) { peaks_[i] = std::max(peaks_[2 * i], peaks_[2 * i + 1]); }
    peaks_.resize(peaks_.size() / 2);
    AmountTable merged;
    for (const auto& [old, amount] : intervals_.sorted()) {
        const std::uint32_t allocated = allocated_of(old) / 2;
        const std::uint32_t freed = freed_of(old) / 2;
        if (allocated != freed) { merged.add(key(site_of(old), allocated, freed), amount.count, amount.bytes); }
    }
    intervals_ = std::move(merged);
}

std::vector<TimeBucket> ReplayTimeline::buckets() const {
    std::vector<TimeBucket> rows;
    std::uint64_t start = static_cast<std::uint64_t>(start_ms_);
    for (const std::uint64_t peak : peaks_) {
        rows.push_back({static_cast<std::int64_t>(start), peak});
        start += width_ms_;
    }
    return rows;
}

std::vector<Interval> ReplayTimeline::intervals(AmountTable live) const {
    for (const auto& [old, amount] : intervals_.sorted()) { live.add(old, amount.count, amount.bytes); }
    std::vector<Interval> rows;
    for (const auto& [all, amount] : live.sorted()) {
        const std::uint32_t freed = freed_of(all);
        rows.push_back({site_of(all), allocated_of(all), freed == kLive ? kNever : freed, amount});
    }
    return rows;
}

}  // namespace memray::capture

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/replay_timeline.h"

#include <algorithm>

namespace memray::capture {
namespace {

constexpr std::uint32_t site_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32U); }
constexpr std::uint32_t allocated_of(std::uint64_t key) { return (key >> 16U) & 0xffffU; }
constexpr std::uint32_t freed_of(std::uint64_t key) { return key & 0xffffU; }

}  // namespace

bool ReplayTimeline::advance(std::int64_t ms, std::uint64_t heap) {
    if (ms <= now_ms_) { return false; }
    now_ms_ = ms;
    // Unsigned: the difference of two hostile times may not fit.
    const auto length = static_cast<std::uint64_t>(ms) - static_cast<std::uint64_t>(buckets_.back().start_ms);
    if (length < static_cast<std::uint64_t>(shortest_ms_)) { return false; }
    const bool full = buckets_.size() == kMaxBuckets;
    if (full) { merge_neighbours(); }
    buckets_.push_back({ms, heap});
    return full;
}

void ReplayTimeline::merge_neighbours() {
    shortest_ms_ *= 2;
    for (std::size_t i = 0; i < buckets_.size() / 2; ++i) {
        buckets_[i] = {buckets_[2 * i].start_ms, std::max(buckets_[2 * i].peak_bytes, buckets_[2 * i + 1].peak_bytes)};
    }
    buckets_.resize(buckets_.size() / 2);
    AmountTable merged;
    for (const auto& [old, amount] : intervals_.sorted()) {
        const std::uint32_t allocated = allocated_of(old) / 2;
        const std::uint32_t freed = freed_of(old) / 2;
        if (allocated != freed) { merged.add(key(site_of(old), allocated, freed), amount.count, amount.bytes); }
    }
    intervals_ = std::move(merged);
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

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The time buckets of a replay, and what was allocated in one and freed in a later one. Buckets begin where the log
// tells the time; when there are too many, neighbours are merged and new ones get twice as long.
#pragma once

#include "injector/capture/amount_table.h"
#include "injector/capture/profile.h"

namespace memray::capture {

class ReplayTimeline {
public:
    explicit ReplayTimeline(std::int64_t start_ms) : now_ms_(start_ms), buckets_{TimeBucket{start_ms, 0}} {}

    // The time from now on. Returns true if buckets were merged: a bucket i is now i / 2.
    bool advance(std::int64_t ms, std::uint64_t heap);
    void heap(std::uint64_t bytes) noexcept {
        if (bytes > buckets_.back().peak_bytes) { buckets_.back().peak_bytes = bytes; }
    }
    void freed(std::uint32_t site, std::uint32_t allocated, std::uint64_t size) {
        if (allocated != current()) { intervals_.add(key(site, allocated, current()), 1, size); }
    }

    [[nodiscard]] std::int64_t now_ms() const noexcept { return now_ms_; }
    [[nodiscard]] std::uint32_t current() const noexcept { return static_cast<std::uint32_t>(buckets_.size() - 1); }
    [[nodiscard]] const std::vector<TimeBucket>& buckets() const noexcept { return buckets_; }
    // Of what was freed. `live`: by key(site, allocated, kLive), the rest.
    [[nodiscard]] std::vector<Interval> intervals(AmountTable live) const;

    static constexpr std::uint32_t kLive = 0xffff;
    static constexpr std::uint64_t key(std::uint32_t site, std::uint32_t allocated, std::uint32_t freed) noexcept {
        return (std::uint64_t{site} << 32U) | (allocated << 16U) | freed;
    }

private:
    static constexpr std::size_t kMaxBuckets = 1024;

    void merge_neighbours();

    std::int64_t now_ms_;
    std::int64_t shortest_ms_{10};
    std::vector<TimeBucket> buckets_;
    AmountTable intervals_;
};

}  // namespace memray::capture

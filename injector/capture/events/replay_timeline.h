// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The time buckets of a replay, and what was allocated in one and freed in a later one. Buckets are of equal width and
// at most kMaxBuckets, like the recorder's: when they are used up, two become one and the width doubles.
#pragma once

#include "injector/capture/events/amount_table.h"
#include "injector/capture/profile.h"

namespace memray::capture {

class ReplayTimeline {
public:
    explicit ReplayTimeline(std::int64_t start_ms) : start_ms_(start_ms), now_ms_(start_ms) {}

    // The time from now on. Returns how often buckets were folded: each time, a bucket i became i / 2.
    unsigned advance(std::int64_t ms, std::uint64_t heap);
    void heap(std::uint64_t bytes) noexcept {
        if (bytes > peaks_.back()) { peaks_.back() = bytes; }
    }
    void freed(std::uint32_t site, std::uint32_t allocated, std::uint64_t size) {
        if (allocated != current()) { intervals_.add(key(site, allocated, current()), 1, size); }
    }

    [[nodiscard]] std::int64_t now_ms() const noexcept { return now_ms_; }
    [[nodiscard]] std::uint32_t current() const noexcept { return static_cast<std::uint32_t>(peaks_.size() - 1); }
    [[nodiscard]] std::vector<TimeBucket> buckets() const;
    // Of what was freed. `live`: by key(site, allocated, kLive), the rest.
    [[nodiscard]] std::vector<Interval> intervals(AmountTable live) const;

    static constexpr std::uint32_t kLive = 0xffff;
    static constexpr std::uint64_t key(std::uint32_t site, std::uint32_t allocated, std::uint32_t freed) noexcept {
        return (std::uint64_t{site} << 32U) | (allocated << 16U) | freed;
    }

private:
    static constexpr std::uint64_t kMaxBuckets = 128;

    void fold();

    std::int64_t start_ms_;
    std::int64_t now_ms_;
    std::uint64_t width_ms_{10};
    std::vector<std::uint64_t> peaks_ = std::vector<std::uint64_t>(1);
    AmountTable intervals_;
};

}  // namespace memray::capture

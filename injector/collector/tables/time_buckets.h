// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Divides the recording into at most kMaxBuckets spans of equal width and keeps the largest heap of each. When they are
// used up, two become one and the width doubles.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/tables/live_table.h"

namespace memray::collector {

class TimeBuckets {
public:
    static constexpr std::int64_t kFirstWidthMs = 10;

    explicit TimeBuckets(std::int64_t start_ms) : start_ms_(start_ms) {}

    // To be called before anything else happens at `ms`. Returns how often the buckets were folded; time never runs
    // backwards. `heap` is what buckets in which nothing happened hold.
    unsigned advance(std::int64_t ms, std::uint64_t heap);
    [[nodiscard]] std::uint32_t current() const noexcept { return static_cast<std::uint32_t>(peaks_.size() - 1); }
    void heap_is(std::uint64_t bytes) noexcept {
        if (bytes > peaks_.back()) { peaks_.back() = bytes; }
    }
    [[nodiscard]] std::vector<capture::TimeBucket> table() const;

private:
    void fold();

    std::int64_t start_ms_;
    std::int64_t width_ms_{kFirstWidthMs};
    std::vector<std::uint64_t> peaks_ = std::vector<std::uint64_t>(1);
};

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How long the recorder sleeps between two looks at the rings. Nobody wakes it: that would take a system call of the
// target's, which a filter may forbid (payload/waiting.h). So it looks again when a ring may be half full at the rate
// of late, and less and less often while nothing comes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace memray::collector {

class Pace {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::microseconds kShortest{100};

    explicit Pace(std::uint32_t ring_words) noexcept : half_ring_(ring_words / 2 / kWordsOfRecord) {}

    // A look at `now` has delivered that many records.
    void note(std::size_t records, Clock::time_point now) noexcept;
    // Sleeps for that time, but no longer than `longest`; a signal ends it.
    void sleep(std::chrono::nanoseconds longest) const noexcept;
    [[nodiscard]] std::chrono::nanoseconds pause() const noexcept { return pause_; }

private:
    static constexpr std::uint32_t kWordsOfRecord = 8;  // with its share of the stacks
    static constexpr std::chrono::seconds kLongest{1};

    std::int64_t half_ring_;  // records
    Clock::time_point last_{Clock::now()};
    std::chrono::nanoseconds pause_{kShortest};
};

}  // namespace memray::collector

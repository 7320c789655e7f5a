// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What captures of several processes say about time, on one axis. Times are milliseconds since the epoch, so captures
// of one machine need no shift; but each knows exact amounts at moments of its own only. Two processes, A and B:
//
//        buckets begin (what each held at most)    live then       own peak   exits, leaked
//   A    1000 (100), 1010 (300), 1020 (290)        100, 290        1012       1030, 40
//   B    1005 (200), 1025 (180)                    180             1014       1050, 10
//
// The peak: all those moments in order, each process counting with its latest one.
//
//   ms     known               A + B
//   1010   A bucket 1          100 +   0
//   1012   A its peak          300 +   0
//   1014   B its peak          300 + 200   the most: A is shown as at 1012, B as at 1014
//   1020   A bucket 2          290 + 200
//   1025   B bucket 1          290 + 180
//   1030   A leaks 40, then is over: 0 + 180
//   1050   B leaks 10, then is over: 0 + 0
//
// The buckets: from the first begin, as wide as the widest (20): 1000, 1020, 1040. One of A's or B's counts in all that
// it reaches into, so these say "at most": 300 + 200, 290 + 200, 0 + 180. Intervals are moved by where their buckets
// begin: what A allocated in 1000 and freed in 1010 begins and ends in one bucket now, which is none; what it freed in
// 1020 remains.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::merge {

using Profiles = std::vector<capture::Profile>;

// A process that is over holds nothing any more.
[[nodiscard]] bool has_ended(const capture::Profile& profile) noexcept;

// What is exactly known of a process at a moment.
struct State {
    enum class Kind : std::uint8_t { kNothing, kBucketStart, kPeak, kEnd };
    Kind kind{Kind::kNothing};
    std::uint32_t bucket{0};  // of kBucketStart
};
// The moment when all held most together: of all moments at which some process's memory is known exactly (the start of
// each of its time buckets, its own peak, its end), with each process counting with its latest known state.
struct PeakMoment {
    std::int64_t ms{0};
    std::vector<State> states;  // one per profile
};
// `counted`: only what is memory, or all that was mapped, too.
enum class Counted : std::uint8_t { kMemory, kAll };
[[nodiscard]] PeakMoment find_peak(const Profiles& profiles, Counted counted = Counted::kMemory);

// What each site held then.
[[nodiscard]] std::vector<capture::Amount> amounts_in(const capture::Profile& profile, State state,
                                                      Counted counted = Counted::kMemory);

// Equal buckets over all recordings. The peak of one is the sum of what each process had at most in it.
class MergedBuckets {
public:
    explicit MergedBuckets(const Profiles& profiles);
    [[nodiscard]] std::vector<capture::TimeBucket> table(const Profiles& profiles) const;
    // On this axis, with `first_site` added; what begins and ends in one bucket is left out.
    void append(const capture::Profile& profile, std::uint32_t first_site, std::vector<capture::Interval>& to) const;

private:
    [[nodiscard]] std::uint32_t at(std::int64_t ms) const noexcept;
    std::int64_t start_ms_{0};
    std::int64_t width_ms_{1};
    std::int64_t end_ms_{0};
};

// The sum of all curves.
[[nodiscard]] std::vector<capture::Snapshot> merged_curve(const Profiles& profiles);

// What each process held over time, into `merged`; processes of captures that were merged before are taken over.
void add_processes(const Profiles& profiles, capture::Profile& merged);

}  // namespace memray::merge

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What captures of several processes say about time, on one axis.
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
[[nodiscard]] PeakMoment find_peak(const Profiles& profiles);

// What each site held then.
[[nodiscard]] std::vector<capture::Amount> amounts_in(const capture::Profile& profile, State state);

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

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/period.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

// Four buckets of 100 ms from 1000 on: site 0 holds 100 from bucket 0 on; site 1 holds 500 from bucket 1 to 2; site 0
// holds 50 more from 2 to 3.
capture::Profile aggregated() {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {3, 150});
    builder.site({{"g", "a.py", 2}}, {5, 500});
    capture::Profile& profile = builder.profile;
    profile.metadata.aggregated = true;
    profile.metadata.start_ms = 1000;
    profile.metadata.end_ms = 1390;
    profile.time_buckets = {{1000, 120}, {1100, 650}, {1200, 660}, {1300, 150}};
    profile.intervals = {{0, 0, capture::kNever, {2, 100}}, {0, 2, 3, {1, 50}}, {1, 1, 2, {5, 500}}};
    profile.peak = {8, 650};
    profile.peak_ms = 1250;
    profile.leaked = {2, 100};
    return profile;
}

}  // namespace

TEST_CASE("time buckets that come nearest stand for a time, at least one") {
    const capture::Profile profile = aggregated();
    const auto near = [&](std::int64_t from, std::int64_t to) {
        const TimeRange range = buckets_near(profile, from, to);
        return std::pair(range.first, range.last);
    };
    CHECK(near(1000, 1390) == std::pair(0U, 3U));
    CHECK(near(1049, 1260) == std::pair(0U, 2U));
    CHECK(near(1051, 1249) == std::pair(1U, 1U));
    CHECK(near(1110, 1120) == std::pair(1U, 1U));
    CHECK(near(1389, 1390) == std::pair(3U, 3U));
}

TEST_CASE("by time buckets it is known what was allocated in a time, and what became of it") {
    capture::Profile profile = aggregated();
    reduce_to_buckets(profile, {0, 1});
    CHECK(profile.period->from_ms == 1000);
    CHECK(profile.period->to_ms == 1200);
    CHECK(sum(kept(profile)).bytes == 600);
    CHECK(sum(leaked(profile)).bytes == 100);
    CHECK(profile.period->at_start.bytes == 0);
    CHECK(profile.period->at_end.bytes == 600);
    CHECK(profile.period->most_bytes == 650);
    CHECK(!knows_totals(profile));
    CHECK(profile.peak.bytes == 600);  // the fullest moment that is known
    CHECK(
        period_line(profile) ==
        "Time: 0 s to 0.2 s of 0.39 s; all memory then: 0.000B at the start, at most 650.000B, 600.000B at the end "
        "(there is no log of events: these are the nearest times that are known, which are 100 ms apart, and the peak "
        "is the fullest of them)");
    CHECK(selection_title(profile, {SelectionKind::kKept}) ==
          "Allocated from 0 s to 0.2 s and live at the end of that");
}

TEST_CASE("the peak of the whole recording is known in the time in which it was") {
    capture::Profile profile = aggregated();
    reduce_to_buckets(profile, {2, 3});
    CHECK(profile.sites[1].peak.bytes == 500);
    CHECK(profile.peak.bytes == 650);
    CHECK(sum(kept(profile)).bytes == 0);
    CHECK(profile.period->at_start.bytes == 600);
    CHECK(profile.period->at_end.bytes == 100);
    CHECK(profile.period->to_ms == 1390);
    CHECK(period_json(profile)["exact"] == false);
    CHECK(period_json(profile)["from_seconds"] == 0.2);
    CHECK(period_json(aggregated()).is_null());
}

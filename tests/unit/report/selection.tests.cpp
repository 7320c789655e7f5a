// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/selection.h"

#include <catch2/catch.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

capture::Profile with_lifetimes() {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {10, 1000});
    builder.site({{"g", "a.py", 2}}, {20, 2000});
    builder.profile.lifetimes = {{0, 0, {3, 30}}, {0, 1, {2, 20}}, {0, 32, {1, 10}}, {1, 1, {5, 50}}};
    return builder.profile;
}

}  // namespace

TEST_CASE("The peak selection has the peak amount of every site") {
    const Selection selection = at_peak(with_lifetimes());
    REQUIRE(selection.size() == 2);
    CHECK(selection[0].count == 10);
    CHECK(selection[1].bytes == 2000);
    CHECK(sum(selection).count == 30);
    CHECK(sum(selection).bytes == 3000);
}

TEST_CASE("Temporary allocations are those freed after at most as many others as the threshold says") {
    const capture::Profile profile = with_lifetimes();
    CHECK(sum(temporary(profile, 0)).count == 3);
    CHECK(sum(temporary(profile, 1)).count == 10);
    CHECK(sum(temporary(profile, 1)).bytes == 100);
    CHECK(sum(temporary(profile, 31)).count == 10);
    CHECK(sum(temporary(profile, 32)).count == 11);
    CHECK(temporary(profile, 1)[1].count == 5);
}

TEST_CASE("A threshold inside a class of lifetimes becomes the end of the class") {
    CHECK(usable_threshold(0) == 0);
    CHECK(usable_threshold(16) == 16);
    CHECK(usable_threshold(17) == 32);
    CHECK(usable_threshold(32) == 32);
    CHECK(usable_threshold(1000) == 1024);
    CHECK(usable_threshold(0x7fffffff) == 0x80000000U);
}

TEST_CASE("Leaks and totals have the amounts of every site") {
    capture::Profile profile = with_lifetimes();
    profile.sites[0].leaked = {1, 7};
    profile.sites[1].total = {40, 4000};
    CHECK(leaked(profile)[0].bytes == 7);
    CHECK(sum(leaked(profile)).count == 21);
    CHECK(sum(allocated(profile)).bytes == 5000);
}

namespace {

// Four buckets: site 0 holds 100 from bucket 0 on; site 1 holds 500 from bucket 1 to 2; site 0 holds 50 more from 2
// to 3.
capture::Profile with_intervals() {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {3, 150});
    builder.site({{"g", "a.py", 2}}, {5, 500});
    builder.profile.time_buckets.resize(4);
    builder.profile.intervals = {{0, 0, capture::kNever, {2, 100}}, {0, 2, 3, {1, 50}}, {1, 1, 2, {5, 500}}};
    return builder.profile;
}

}  // namespace

TEST_CASE("The peak of a time range is at its fullest moment") {
    const capture::Profile profile = with_intervals();
    CHECK(sum(at_peak_of(profile, {0, 3})).bytes == 600);
    CHECK(sum(at_peak_of(profile, {0, 0})).bytes == 100);
    CHECK(sum(at_peak_of(profile, {2, 3})).bytes == 600);  // what was live when the range began
    CHECK(sum(at_peak_of(profile, {3, 3})).bytes == 150);
    CHECK(at_peak_of(profile, {3, 3})[0].count == 3);
}

TEST_CASE("Leaks of a time range were allocated in it and not freed by its end") {
    const capture::Profile profile = with_intervals();
    CHECK(sum(leaked_in(profile, {0, 3})).bytes == 100);
    CHECK(sum(leaked_in(profile, {1, 1})).bytes == 500);
    CHECK(sum(leaked_in(profile, {1, 2})).bytes == 50);
    CHECK(sum(leaked_in(profile, {3, 3})).bytes == 0);
}

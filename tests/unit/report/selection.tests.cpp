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

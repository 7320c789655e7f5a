// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/growth_limit.h"

#include <catch2/catch.hpp>

#include "cli/commands/command.h"

using memray::cli::GrowthLimit;
using memray::cli::UsageError;

TEST_CASE("A limit is a size or a percentage") {
    CHECK_FALSE(GrowthLimit("1000").exceeded(5000, 6000));
    CHECK(GrowthLimit("1000").exceeded(5000, 6001));
    CHECK_FALSE(GrowthLimit("1.5kB").exceeded(0, 1500));
    CHECK(GrowthLimit("1.5kb").exceeded(0, 1501));
    CHECK_FALSE(GrowthLimit("1MiB").exceeded(0, 1048576));
    CHECK(GrowthLimit("1MB").exceeded(0, 1000001));
    CHECK_FALSE(GrowthLimit("5%").exceeded(1000, 1050));
    CHECK(GrowthLimit("5%").exceeded(1000, 1051));
    CHECK(GrowthLimit("5%").exceeded(0, 1));
    CHECK(GrowthLimit("0").exceeded(10, 11));
    CHECK_FALSE(GrowthLimit("0").exceeded(10, 10));
    CHECK_FALSE(GrowthLimit("0%").exceeded(10, 9));
}

TEST_CASE("Anything else is wrong usage") {
    for (const char* text : {"", "x", "5 percent", "-5%", "-1", "5%%", "MB", "1e3", "nan", "inf", "1TB", "1 MB"}) {
        CHECK_THROWS_AS(GrowthLimit(text), UsageError);
    }
}

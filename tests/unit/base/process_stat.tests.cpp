// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_stat.h"

#include <catch2/catch.hpp>

using namespace memray::base;

TEST_CASE("fields of a line are counted from its first") {
    CHECK(number_field("10 20 30\n", 0) == 10);
    CHECK(number_field("10 20 30\n", 2) == 30);
    CHECK(number_field("10 20 30\n", 3) == std::nullopt);
    CHECK(number_field("10 x 30\n", 1) == std::nullopt);
}

TEST_CASE("a process's name does not count, whatever it holds") {
    CHECK(stat_field("7 (a) S 1) S 12 13\n", 4) == 12);
    CHECK(stat_field("7 (a) S 1) S 12 13\n", 5) == 13);
    CHECK(stat_field("7 (a) S 12 13\n", 6) == std::nullopt);
    CHECK(stat_field("", 4) == std::nullopt);
}

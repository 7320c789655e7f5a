// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/range_table.h"

#include <catch2/catch.hpp>

namespace memray::collector {

TEST_CASE("only ranges that overlap are taken, by address") {
    RangeTable table;
    table.insert({100, 200, 1});
    table.insert({200, 300, 2});
    table.insert({400, 500, 3});
    CHECK(table.take_overlapping(300, 400).empty());
    CHECK(table.take_overlapping(0, 100).empty());
    CHECK(table.take_overlapping(500, 600).empty());
    const auto taken = table.take_overlapping(199, 201);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].slot == 1);
    CHECK(taken[1].slot == 2);
    CHECK(table.size() == 1);
}

TEST_CASE("an empty or reversed request takes nothing") {
    RangeTable table;
    table.insert({100, 200, 1});
    CHECK(table.take_overlapping(300, 50).empty());
    CHECK(table.take_overlapping(180, 120).empty());
    CHECK(table.take_overlapping(150, 150).empty());
    CHECK(table.size() == 1);
}

}  // namespace memray::collector

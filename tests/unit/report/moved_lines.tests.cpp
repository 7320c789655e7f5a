// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/moved_lines.h"

#include <catch2/catch.hpp>

using memray::report::moved_lines;
using Matches = std::map<std::uint32_t, std::uint32_t>;

TEST_CASE("As many lines on both sides are the same ones, in order") {
    CHECK(moved_lines({3, 4, 9}, {3, 4, 9}) == Matches{{3, 3}, {4, 4}, {9, 9}});
    CHECK(moved_lines({3, 4, 9}, {4, 5, 11}) == Matches{{3, 4}, {4, 5}, {9, 11}});
}

TEST_CASE("Of a function that moved as a whole, the line that is new or gone has no partner") {
    CHECK(moved_lines({3, 4, 9}, {13, 14, 16, 19}) == Matches{{3, 13}, {4, 14}, {9, 19}});
    CHECK(moved_lines({3, 4, 6, 9}, {13, 14, 19}) == Matches{{3, 13}, {4, 14}, {9, 19}});
    CHECK(moved_lines({4, 6, 9}, {13, 14, 16, 19}) == Matches{{4, 14}, {6, 16}, {9, 19}});
}

TEST_CASE("Lines between two that moved together are matched in order") {
    CHECK(moved_lines({1, 5, 9, 20}, {1, 6, 9, 20, 25}) == Matches{{1, 1}, {5, 6}, {9, 9}, {20, 20}});
    CHECK(moved_lines({1, 5}, {2, 7, 8}).size() == 2);
}

TEST_CASE("Without lines on one side there are no partners") {
    CHECK(moved_lines({}, {1}).empty());
    CHECK(moved_lines({1}, {}).empty());
    CHECK(moved_lines({}, {}).empty());
}

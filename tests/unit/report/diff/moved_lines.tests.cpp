// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/moved_lines.h"

#include <catch2/catch.hpp>

using Lines = std::set<std::uint32_t>;
using Texts = std::map<std::uint32_t, std::string>;
using Matches = memray::report::LineMatches;

namespace {

Matches moved_lines(const Lines& before, const Lines& after) { return memray::report::moved_lines(before, after); }
Matches moved_texts(const Texts& before, const Texts& after) { return memray::report::moved_lines(before, after); }

}  // namespace

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

TEST_CASE("A line that was put between two others is told from them by its text") {
    CHECK(moved_texts({{5, "a"}, {6, "b"}}, {{5, "a"}, {6, "new"}, {7, "b"}}) == Matches{{5, 5}, {6, 7}});
    CHECK(moved_texts({{5, "a"}, {6, "b"}, {7, "c"}}, {{15, "a"}, {16, "c"}}) == Matches{{5, 15}, {7, 16}});
}

TEST_CASE("Lines whose texts differ are matched in order between those that are equal") {
    CHECK(moved_texts({{5, "a"}, {6, "b"}, {9, "c"}}, {{7, "a"}, {8, "B"}, {9, "c"}}) ==
          Matches{{5, 7}, {6, 8}, {9, 9}});
    CHECK(moved_texts({{5, "a"}, {6, "b"}}, {{6, "b"}, {7, "c"}}) == Matches{{6, 6}});
}

TEST_CASE("Lines whose texts are not known are matched by their numbers") {
    CHECK(moved_texts({{3, ""}, {4, ""}, {9, ""}}, {{13, "x"}, {14, "y"}, {16, "z"}, {19, "u"}}) ==
          Matches{{3, 13}, {4, 14}, {9, 19}});
    CHECK(moved_texts({}, {{1, "x"}}).empty());
}

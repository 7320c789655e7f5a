// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/stats/histogram.h"

#include <catch2/catch.hpp>

using namespace memray;
using namespace memray::report;

TEST_CASE("Bins grow by the same factor and hold the sizes they name") {
    const std::vector<Bin> bins = histogram({{1, 5}, {9, 1}, {10, 2}, {99, 3}, {100, 4}, {1000, 7}}, 3);
    REQUIRE(bins.size() == 3);
    CHECK(bins[0].min_bytes == 0);
    CHECK(bins[1].min_bytes == bins[0].max_bytes + 1);
    CHECK(bins[2].min_bytes == bins[1].max_bytes + 1);
    CHECK(bins[0].max_bytes + 1 >= 9);
    CHECK(bins[0].max_bytes + 1 <= 10);
    CHECK(bins[2].max_bytes == 1000);
    CHECK(bins[0].count + bins[1].count + bins[2].count == 22);
}

TEST_CASE("The bounds are those of the smallest and largest size on a logarithmic scale") {
    // ln 1 = 0 to ln 5000001 = 15.42: steps of 1.542.
    const std::vector<Bin> bins = histogram({{1, 8}, {1000, 122}, {5000001, 1}}, 10);
    const std::vector<std::uint64_t> first{0, 4, 21, 102, 478, 2236, 10456, 48896, 228652, 1069234};
    REQUIRE(bins.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) { CHECK(bins[i].min_bytes == first[i]); }
    CHECK(bins[9].max_bytes == 5000001);
    CHECK(bins[0].count == 8);
    CHECK(bins[4].count == 122);
    CHECK(bins[9].count == 1);
}

TEST_CASE("Sizes of zero are in the first bin and do not move the bounds") {
    const std::vector<Bin> with = histogram({{0, 3}, {10, 1}, {1000, 1}}, 4);
    const std::vector<Bin> without = histogram({{10, 1}, {1000, 1}}, 4);
    CHECK(with[0].count == 4);
    for (std::size_t i = 0; i < 4; ++i) { CHECK(with[i].min_bytes == without[i].min_bytes); }
}

TEST_CASE("One size, only zeros, and no sizes at all have a histogram") {
    CHECK(histogram({{64, 9}}, 10).back().count == 9);
    CHECK(histogram({{1, 9}}, 10).back().count == 9);
    CHECK(histogram({{0, 9}}, 10).front().count == 9);
    CHECK(histogram({}, 10).empty());
    CHECK(histogram_text({}, 10, 25, "\t") == "\t<no data for histogram>\n");
}

TEST_CASE("The chart has a bar for each bin") {
    CHECK(histogram_text({{10, 4}, {1000, 1}}, 2, 4, " ") ==
          " min: 10.000B\n"
          " -------------------\n"
          " < 100.000B : 4 ▇▇▇▇\n"
          " <=1.000kB  : 1 ▇\n"
          " -------------------\n"
          " max: 1.000kB\n");
}

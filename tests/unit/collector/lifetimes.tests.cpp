// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/lifetimes.h"

#include <catch2/catch.hpp>

namespace memray::collector {
namespace {

// (distance, allocations, bytes) of a site.
using Row = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>;
std::vector<Row> rows_of(const Lifetimes& lifetimes, const Site& site) {
    std::vector<capture::Lifetime> entries;
    lifetimes.append(site, 7, entries);
    std::vector<Row> rows;
    for (const capture::Lifetime& entry : entries) {
        CHECK(entry.site == 7);
        rows.emplace_back(entry.distance, entry.amount.count, entry.amount.bytes);
    }
    return rows;
}

}  // namespace

TEST_CASE("a site has none before its first free") { CHECK(rows_of(Lifetimes(), Site()).empty()); }

TEST_CASE("lifetimes add up by class, in order of their distance, for few classes and for many") {
    const std::uint32_t classes = GENERATE(1, 3, 4, 17);
    Lifetimes lifetimes;
    std::vector<Site> sites(3);
    std::vector<Row> expected;
    for (std::uint32_t distance = classes; distance-- > 0;) {
        for (Site& site : sites) {
            CHECK(lifetimes.add(site, distance, 100) == distance);
            CHECK(lifetimes.add(site, distance, 5) == distance);
        }
        expected.insert(expected.begin(), {distance, 2, 105});
    }
    for (const Site& site : sites) { CHECK(rows_of(lifetimes, site) == expected); }
    lifetimes.remove(sites[1], 0, 5);
    std::get<1>(expected[0]) = 1;
    std::get<2>(expected[0]) = 100;
    CHECK(rows_of(lifetimes, sites[1]) == expected);
}

TEST_CASE("a site that begins where another one has outgrown its room starts from nothing") {
    Lifetimes lifetimes;
    Site first;
    for (std::uint32_t distance = 0; distance < 5; ++distance) { lifetimes.add(first, distance, 1); }
    Site second;
    lifetimes.add(second, 1, 8);
    CHECK(rows_of(lifetimes, second) == std::vector<Row>{{1, 1, 8}});
    CHECK(rows_of(lifetimes, first).size() == 5);
}

}  // namespace memray::collector

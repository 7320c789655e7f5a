// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/locations.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

struct Expected {
    std::string function;
    std::string file;
    std::uint64_t total, own, count;
};

void check(const std::vector<LocationRow>& rows, const std::vector<Expected>& expected) {
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO("row " << i << ": " << rows[i].function);
        CHECK(rows[i].function == expected[i].function);
        CHECK(rows[i].file == expected[i].file);
        CHECK(rows[i].total_bytes == expected[i].total);
        CHECK(rows[i].own_bytes == expected[i].own);
        CHECK(rows[i].count == expected[i].count);
    }
}

std::vector<LocationRow> rows_of(const ProfileBuilder& builder, LocationOrder order = LocationOrder::kTotal) {
    return locations(make_stack_view(builder.profile), at_peak(builder.profile), order);
}

}  // namespace

TEST_CASE("Total memory includes callees, own memory does not") {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 5}}, {2, 200});
    builder.site({{"main", "a.py", 2}, {"g", "b.py", 7}}, {1, 50});
    builder.site({{"main", "a.py", 3}}, {1, 7});
    check(rows_of(builder), {{"main", "a.py", 257, 7, 4}, {"f", "a.py", 200, 200, 2}, {"g", "b.py", 50, 50, 1}});
}

TEST_CASE("Lines and first lines are merged, files are not") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {1, 10});
    builder.site({{"f", "a.py", 2}}, {1, 10});
    builder.site({{"f", "b.py", 1}}, {1, 15});
    check(rows_of(builder), {{"f", "a.py", 20, 20, 2}, {"f", "b.py", 15, 15, 1}});
}

TEST_CASE("Recursion counts once per stack") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}, {"f", "a.py", 1}, {"g", "a.py", 2}, {"f", "a.py", 3}}, {3, 30});
    check(rows_of(builder), {{"f", "a.py", 30, 30, 3}, {"g", "a.py", 30, 0, 3}});
}

TEST_CASE("Stacks far deeper than any C++ stack are fine") {
    ProfileBuilder builder;
    builder.profile.strings = {"f", "a.py"};
    builder.profile.functions = {{0, 1, 1}};
    builder.profile.frames = {{0, 1}};
    for (std::uint32_t i = 0; i < 1'000'000; ++i) { builder.profile.stacks.push_back({i, 0}); }
    capture::Site site;
    site.stack = 1'000'000;
    site.peak = {1, 8};
    builder.profile.sites = {site};
    check(rows_of(builder), {{"f", "a.py", 8, 8, 1}});
}

TEST_CASE("Allocations without a stack are a location of their own") {
    ProfileBuilder builder;
    builder.site({}, {4, 40});
    check(rows_of(builder), {{"???", "???", 40, 40, 4}});
}

TEST_CASE("Rows are ordered by the value asked for") {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"few_big", "a.py", 2}}, {1, 900});
    builder.site({{"main", "a.py", 1}, {"many_small", "a.py", 3}}, {50, 100});
    CHECK(rows_of(builder, LocationOrder::kTotal)[0].function == "main");
    CHECK(rows_of(builder, LocationOrder::kOwn)[0].function == "few_big");
    CHECK(rows_of(builder, LocationOrder::kCount)[0].function == "main");
    CHECK(rows_of(builder, LocationOrder::kCount)[1].function == "many_small");
}

TEST_CASE("What holds nothing has no row") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {1, 10}).peak = {};
    check(rows_of(builder), {});
    check(rows_of(ProfileBuilder{}), {});
}

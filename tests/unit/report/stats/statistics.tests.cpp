// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/stats/statistics.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/report/profile_builder.h"
#include "tests/unit/report/sample_profile.h"

using namespace memray;
using namespace memray::report;

namespace {

std::vector<std::string> names(const std::vector<Ranked>& entries) {
    std::vector<std::string> result;
    for (const Ranked& entry : entries) { result.push_back(entry.name); }
    return result;
}

}  // namespace

TEST_CASE("Rankings are by size and by count, over the whole run") {
    const Statistics statistics = compute_statistics(sample_profile(), make_stack_view(sample_profile()), 5);
    CHECK(names(statistics.locations_by_size) ==
          std::vector<std::string>{"build:/srv/app.py:3", "decode:/usr/lib/python3.11/json/decoder.py:7",
                                   "<stack trace unavailable>"});
    CHECK(names(statistics.locations_by_count) ==
          std::vector<std::string>{"decode:/usr/lib/python3.11/json/decoder.py:7", "build:/srv/app.py:3",
                                   "<stack trace unavailable>"});
    CHECK(statistics.locations_by_size[0].amount.bytes == 5'000'000);
    CHECK(statistics.locations_by_count[0].amount.count == 10);
}

TEST_CASE("Modules get what the standard library allocated for them") {
    const Statistics statistics = compute_statistics(sample_profile(), make_stack_view(sample_profile()), 5);
    CHECK(names(statistics.modules_by_size) == std::vector<std::string>{"app", "<root>"});
    CHECK(statistics.modules_by_size[0].amount.bytes == 5'001'000);
    CHECK(statistics.modules_by_size[0].amount.count == 12);
}

TEST_CASE("Allocators are those that allocate, most used first") {
    const Statistics statistics = compute_statistics(sample_profile(), make_stack_view(sample_profile()), 1);
    CHECK(names(statistics.allocators) == std::vector<std::string>{"MALLOC", "REALLOC"});
}

TEST_CASE("Rankings end where they should, and sites of one line are added up") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}, {"g", "a.py", 2}}, {1, 10});
    builder.site({{"h", "a.py", 1}, {"g", "a.py", 2}}, {1, 10}, capture::Allocator::kCalloc);
    builder.site({{"h", "a.py", 1}}, {1, 15});
    const Statistics statistics = compute_statistics(builder.profile, make_stack_view(builder.profile), 1);
    REQUIRE(statistics.locations_by_size.size() == 1);
    CHECK(statistics.locations_by_size[0].name == "g:a.py:2");
    CHECK(statistics.locations_by_size[0].amount.bytes == 20);
    CHECK(statistics.locations_by_size[0].amount.count == 2);
}

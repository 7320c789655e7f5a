// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/table_data.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/report/call_tree.h"
#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

ProfileBuilder sample() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 5}}, {2, 200});
    builder.site({{"other", "b.py", 1}, {"f", "a.py", 5}}, {1, 50}).thread = 1;
    builder.site({{"f", "a.py", 5}}, {1, 10}, capture::Allocator::kMmap);
    builder.site({}, {1, 1000});
    builder.profile.threads = {{1, 77, "main"}, {2, 78, ""}};
    return builder;
}

std::vector<std::string> texts(const std::vector<TableRow>& rows) {
    std::vector<std::string> result;
    for (const TableRow& row : rows) {
        const std::string thread = row.thread == kAllThreads ? "" : std::to_string(row.thread) + " ";
        result.push_back(thread + std::string(capture::allocator_name(row.allocator)) + " " +
                         std::to_string(row.amount.bytes) + " " + std::to_string(row.amount.count) + " " +
                         row.location);
    }
    return result;
}

}  // namespace

TEST_CASE("A row is a line and an allocator, whoever called it") {
    const capture::Profile profile = sample().profile;
    const auto rows = table_rows(profile, make_stack_view(profile), {}, at_peak(profile), false);
    CHECK(texts(rows) ==
          std::vector<std::string>{"MALLOC 1000 1 ???", "MALLOC 250 3 f at a.py:5", "MMAP 10 1 f at a.py:5"});
}

TEST_CASE("Rows of different threads stay apart if asked for") {
    const capture::Profile profile = sample().profile;
    const auto rows = table_rows(profile, make_stack_view(profile), {}, at_peak(profile), true);
    CHECK(texts(rows) == std::vector<std::string>{"0 MALLOC 1000 1 ???", "0 MALLOC 200 2 f at a.py:5",
                                                  "1 MALLOC 50 1 f at a.py:5", "0 MMAP 10 1 f at a.py:5"});
    const auto data = nlohmann::json::parse(table_data(profile, rows, {"table report", true, false, 10, false, ""}));
    CHECK(data["rows"][2] == nlohmann::json({"2", "MALLOC", 50, 1, "f at a.py:5", "", 260, 260}));
}

TEST_CASE("The total of a line is of all that it called, once where it calls itself") {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}}, {1, 5});
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 2}}, {1, 100});
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 2}, {"f", "a.py", 2}}, {1, 1000});
    const auto rows =
        table_rows(builder.profile, make_stack_view(builder.profile), {}, at_peak(builder.profile), false);
    REQUIRE(rows.size() == 2);
    CHECK((rows[0].location == "f at a.py:2" && rows[0].amount.bytes == 1100 && rows[0].total == 1100));
    CHECK((rows[1].location == "main at a.py:1" && rows[1].amount.bytes == 5 && rows[1].total == 1105));
}

TEST_CASE("A page that would be too large keeps its largest rows, and one for the others") {
    ProfileBuilder builder;
    for (std::uint32_t i = 1; i <= 300; ++i) {
        builder.site({{std::string(40'000, 'x') + std::to_string(i), "a.py", i}}, {1, i});
    }
    const auto rows =
        table_rows(builder.profile, make_stack_view(builder.profile), {}, at_peak(builder.profile), false);
    const auto data = [&](bool complete) {
        return table_data(builder.profile, rows, {"table report", false, false, 10, complete, ""});
    };
    CHECK(data(true).size() > 12'000'000);
    CHECK(data(false).size() < 5'000'000);
    const auto kept = nlohmann::json::parse(data(false))["rows"];
    REQUIRE(kept.size() == 76);
    CHECK(kept[0][2] == 300);
    CHECK(kept[75] ==
          nlohmann::json({"", "", 225 * 226 / 2, 225, "225 smaller rows", "", 225 * 226 / 2, 225 * 226 / 2}));
}

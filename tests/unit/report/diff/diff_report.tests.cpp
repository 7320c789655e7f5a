// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/diff_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

capture::Profile before() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"load", "a.py", 5}}, {2, 500});
    builder.site({{"main", "a.py", 2}, {"parse", "b.py", 7}}, {1, 300});
    builder.site({{"main", "a.py", 2}, {"same", "b.py", 9}}, {1, 100});
    return builder.profile;
}

// The code moved by ten lines, and strings are numbered otherwise.
capture::Profile after() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 11}, {"fresh", "c.py", 1}}, {4, 700});
    builder.site({{"main", "a.py", 12}, {"same", "b.py", 19}}, {1, 100});
    builder.site({{"main", "a.py", 11}, {"load", "a.py", 15}}, {1, 250});
    builder.profile.metadata.command_line = "new";
    return builder.profile;
}

struct Both {
    capture::Profile first;
    capture::Profile second;
    Comparison comparison = compare({first, make_stack_view(first)}, {second, make_stack_view(second)}, {});
};

}  // namespace

TEST_CASE("Lines match wherever their code moved to; those that stayed the same are left out") {
    const Both both{before(), after()};
    std::vector<std::string> lines;
    for (const DiffRow& row : diff_rows(both.comparison)) {
        lines.push_back(row.function + ":" + std::to_string(row.line) + " " + std::to_string(row.own_before) + " " +
                        std::to_string(row.own_after) + " " + std::to_string(row.before.bytes) + " " +
                        std::to_string(row.after.bytes) + " " + std::to_string(row.before.count) + " " +
                        std::to_string(row.after.count));
    }
    CHECK(lines == std::vector<std::string>{"fresh:1 0 700 0 700 0 4", "parse:7 300 0 300 0 1 0",
                                            "load:15 500 250 500 250 2 1", "main:11 0 0 500 950 2 5",
                                            "main:12 0 0 400 100 2 1"});
}

TEST_CASE("The heading says how much there was, is, and what that means") {
    const Both both{before(), after()};
    CHECK(diff_heading(both.comparison, {}) == "Live at the peak: 900.000B before, 1.050kB after: +150.000B (+16.67%)");
    const Both shrunk{after(), before()};
    CHECK(diff_heading(shrunk.comparison, {}) ==
          "Live at the peak: 1.050kB before, 900.000B after: -150.000B (-14.29%)");
    const Both from_nothing{capture::Profile{}, after()};
    CHECK(diff_heading(from_nothing.comparison, {}) == "Live at the peak: 0.000B before, 1.050kB after: +1.050kB");
}

TEST_CASE("The tree shows calls that changed, the largest change first, whatever its direction") {
    const Both both{before(), after()};
    CHECK(diff_tree(both.comparison, {}) ==
          "Live at the peak: 900.000B before, 1.050kB after: +150.000B (+16.67%)\n"
          "\n"
          "+150.000B (900.000B → 1.050kB) <ROOT>\n"
          "├─ +450.000B (500.000B → 950.000B) main at a.py:11\n"
          "│  ├─ +700.000B (0.000B → 700.000B) fresh at c.py:1\n"
          "│  └─ -250.000B (500.000B → 250.000B) load at a.py:15\n"
          "└─ -300.000B (400.000B → 100.000B) main at a.py:12\n"
          "   └─ -300.000B (300.000B → 0.000B) parse at b.py:7\n");
}

TEST_CASE("A capture compared with itself did not change") {
    const Both both{before(), before()};
    CHECK(diff_rows(both.comparison).empty());
    CHECK(diff_summary(both.comparison, {}).rows.empty());
    CHECK(diff_tree(both.comparison, {}) ==
          "Live at the peak: 900.000B before, 900.000B after: 0.000B (+0.00%)\n"
          "\n"
          "0.000B (900.000B → 900.000B) <ROOT>\n");
    const Both nothing{capture::Profile{}, capture::Profile{}};
    CHECK(diff_rows(nothing.comparison).empty());
}

TEST_CASE("Arenas are one row, wherever pymalloc needed them") {
    constexpr std::uint64_t kArena = 1U << 20U;
    const auto run = [](std::uint32_t first, std::uint32_t second, std::uint64_t more) {
        ProfileBuilder builder;
        builder.site({{"main", "a.py", 1}, {"load", "a.py", first}}, {1, kArena}, capture::Allocator::kArena);
        builder.site({{"main", "a.py", second}}, {1 + more, (1 + more) * kArena}, capture::Allocator::kArena);
        builder.site({{"main", "a.py", 4}}, {1, kArena}, capture::Allocator::kMmap);
        return builder.profile;
    };
    CHECK(diff_rows(Both{run(5, 2, 0), run(6, 3, 0)}.comparison).empty());
    const std::vector<DiffRow> rows = diff_rows(Both{run(5, 2, 0), run(6, 3, 2)}.comparison);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].function == "PYTHON_ARENA: arenas of pymalloc");
    CHECK(rows[0].file.empty());
    CHECK(rows[0].own_before == 2 * kArena);
    CHECK(rows[0].own_after == 4 * kArena);
}

TEST_CASE("A line that is gone is not taken for another that has its number now") {
    ProfileBuilder before;
    for (const std::uint32_t line : {5U, 6U, 9U}) { before.site({{"f", "a.py", line}}, {1, line}); }
    ProfileBuilder after;
    for (const std::uint32_t line : {5U, 6U}) { after.site({{"f", "a.py", line}}, {1, line}); }
    const Both both{before.profile, after.profile};
    REQUIRE(diff_rows(both.comparison).size() == 1);
    CHECK(diff_rows(both.comparison)[0].line == 9);

    // Lines 4 and 7 moved to 6 and 9; 6 is gone.
    ProfileBuilder older;
    for (const std::uint32_t line : {4U, 6U, 7U}) { older.site({{"f", "a.py", line}}, {1, line}); }
    ProfileBuilder newer;
    newer.site({{"f", "a.py", 6}}, {1, 4});
    newer.site({{"f", "a.py", 9}}, {1, 7});
    const Both moved{older.profile, newer.profile};
    REQUIRE(diff_rows(moved.comparison).size() == 1);
    CHECK(diff_rows(moved.comparison)[0].line == 0);
    CHECK(diff_rows(moved.comparison)[0].own_before == 6);
}

TEST_CASE("The JSON has both sides and their difference") {
    const Both both{before(), after()};
    const auto json = nlohmann::json::parse(diff_json(both.comparison, both.first, both.second, {{}, 2}));
    CHECK(json["before"]["bytes"] == 900);
    CHECK(json["after"]["num_allocations"] == 6);
    CHECK(json["after"]["metadata"]["command_line"] == "new");
    CHECK(json["rows"].size() == 2);
    CHECK(json["rows"][1] == nlohmann::json::parse(R"({"function": "parse", "file": "b.py", "line": 7,
        "before": {"total_bytes": 300, "own_bytes": 300, "num_allocations": 1},
        "after": {"total_bytes": 0, "own_bytes": 0, "num_allocations": 0},
        "change": {"total_bytes": -300, "own_bytes": -300, "num_allocations": -1}})"));
}

TEST_CASE("The page has the amounts of both sides and what changed at each node") {
    const Both both{before(), after()};
    const auto json = nlohmann::json::parse(diff_page_data(both.comparison, {}, false));
    CHECK(json["options"]["compares"] == true);
    CHECK(json["options"]["metric"] == "change");
    const auto total = [&json](const char* metric, std::size_t field) {
        std::uint64_t sum = 0;
        const auto& flat = json["metrics"][metric];
        for (std::size_t i = field; i < flat.size(); i += 4) { sum += flat[i].get<std::uint64_t>(); }
        return sum;
    };
    CHECK(total("before", 2) == 900);
    CHECK(total("after", 2) == 1050);
    CHECK(total("after", 3) == 6);
    CHECK(total("change", 2) == 700 + 300 + 250);
    CHECK(total("change", 3) == 4 + 1 + 1);
}

TEST_CASE("The page opens on what changed, be it bytes alone, or else on what there is") {
    ProfileBuilder larger;
    larger.site({{"f", "a.py", 1}}, {1, 200});
    ProfileBuilder smaller;
    smaller.site({{"f", "a.py", 1}}, {1, 100});
    const auto options = [](const capture::Profile& first, const capture::Profile& second) {
        const Both both{first, second};
        return nlohmann::json::parse(diff_page_data(both.comparison, {}, false))["options"];
    };
    const auto grown = options(smaller.profile, larger.profile);
    CHECK(grown["metric"] == "change");
    CHECK(grown["note"] == "Live at the peak: 100.000B before, 200.000B after: +100.000B (+100.00%)");
    const auto same = options(larger.profile, larger.profile);
    CHECK(same["metric"] == "after");
    CHECK(same["note"] ==
          "Live at the peak: 200.000B before, 200.000B after: 0.000B (+0.00%)\n"
          "No changes to show: these are the frames of the new capture.");
}

TEST_CASE("A function that is in another file now is the same one, if the name says enough") {
    const auto run_of = [](const std::string& function, const std::string& file, std::uint32_t first_line) {
        ProfileBuilder builder;
        builder.site({{function, file, first_line + 2}}, {1, 100});
        builder.profile.functions[0].first_line = first_line;
        return builder.profile;
    };
    const auto changed = [&](const capture::Profile& first, const capture::Profile& second) {
        return diff_rows(Both{first, second}.comparison).size();
    };
    CHECK(changed(run_of("load", "/w/a.py", 10), run_of("load", "/w/b.py", 50)) == 0);
    CHECK(changed(run_of("load", "/w/a.py", 10), run_of("save", "/w/b.py", 50)) == 2);
    CHECK(changed(run_of("__init__", "/w/a.py", 10), run_of("__init__", "/w/b.py", 50)) == 2);
    CHECK(changed(run_of("<module>", "/w/a.py", 10), run_of("<module>", "/w/b.py", 50)) == 2);
    capture::Profile longer = run_of("load", "/w/b.py", 50);
    longer.functions[0].first_line = 40;  // its only line is another one
    CHECK(changed(run_of("load", "/w/a.py", 10), longer) == 2);
}

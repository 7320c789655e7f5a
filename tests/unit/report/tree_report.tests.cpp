// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/tree_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/report/biggest.h"
#include "cli/report/my_code.h"
#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

capture::Profile sample() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"_run_code", "<frozen runpy>", 8}, {"f", "a.py", 5}}, {2, 500});
    builder.site({{"main", "a.py", 1}, {"g", "b.py", 7}}, {1, 300});
    builder.site({{"main", "a.py", 1}, {"g", "b.py", 7}, {"f", "a.py", 5}}, {4, 150});
    builder.site({}, {1, 50});
    return builder.profile;
}

std::string text_of(const capture::Profile& profile, const TreeOptions& options = {}) {
    StackView view = make_stack_view(profile);
    if (!options.all_frames) { show_my_code(view, LibraryCalls::kShown); }
    return tree_text(profile, view, options);
}

}  // namespace

TEST_CASE("The text tree has a line per call, the largest first, without what CPython does to call") {
    CHECK(text_of(sample()) ==
          "Live at the peak: 1.000kB in 8 allocations\n"
          "\n"
          "1.000kB (100.00%) <ROOT>\n"
          "└─ 950.000B (95.00%) main at a.py:1\n"
          "   ├─ 500.000B (50.00%) f at a.py:5\n"
          "   └─ 450.000B (45.00%) g at b.py:7\n"
          "      └─ 150.000B (15.00%) f at a.py:5\n");
}

TEST_CASE("All frames have lines of their own if asked for") {
    const std::string text = text_of(sample(), {{}, 200, true});
    CHECK(text.find("   ├─ 500.000B (50.00%) _run_code at <frozen runpy>:8\n"
                    "   │  └─ 500.000B (50.00%) f at a.py:5\n") != std::string::npos);
}

TEST_CASE("Calls that hold the same are one line, named after the innermost of the program's own code") {
    ProfileBuilder builder;
    const Place main{"main", "a.py", 1};
    const Place load{"load", "a.py", 2};
    const std::string numpy = "/lib/python3.12/site-packages/numpy/core.py";
    builder.site({main, {"g", "a.py", 3}, load, {"array", numpy, 4}, {"grow", numpy, 5}, {"copy", numpy, 6}}, {1, 600});
    builder.site({{"other", "a.py", 9}, {"array", numpy, 4}}, {1, 300});
    builder.site({{"other", "a.py", 9}}, {1, 100});
    CHECK(text_of(builder.profile)
              .ends_with("1.000kB (100.00%) <ROOT>\n"
                         "├─ 600.000B (60.00%) main → g → load at a.py:2 → … → copy\n"
                         "└─ 400.000B (40.00%) other at a.py:9\n"
                         "   └─ 300.000B (30.00%) array at " +
                         numpy + ":4\n"));
}

TEST_CASE("Only the biggest stacks are shown, and the others are summed up") {
    CHECK(text_of(sample(), {{}, 2}) ==
          "Live at the peak: 1.000kB in 8 allocations\n"
          "\n"
          "1.000kB (100.00%) <ROOT>\n"
          "└─ 800.000B (80.00%) main at a.py:1\n"
          "   ├─ 500.000B (50.00%) f at a.py:5\n"
          "   └─ 300.000B (30.00%) g at b.py:7\n"
          "\n"
          "2 smaller stacks (200.000B in 5 allocations) are not shown (see --biggest-allocs)\n");
}

TEST_CASE("A selection that is empty gives a tree that says so") {
    CHECK(text_of(sample(), {{SelectionKind::kTemporary, 1}, 200}) ==
          "Temporary allocations (freed after at most 1 other allocation): 0.000B in 0 allocations\n"
          "\n"
          "<No allocations>\n");
    CHECK(text_of(capture::Profile{}) == "Live at the peak: 0.000B in 0 allocations\n\n<No allocations>\n");
}

TEST_CASE("The JSON tree keeps every frame, callers before their callees") {
    const capture::Profile profile = sample();
    const auto json = nlohmann::json::parse(tree_json(profile, make_stack_view(profile), {{}, 3}));
    CHECK(json["selection"] == "peak");
    CHECK(json["not_shown"] == nlohmann::json::parse(R"({"stacks": 1, "bytes": 50, "num_allocations": 1})"));
    std::vector<std::string> lines;
    for (const auto& node : json["nodes"]) {
        lines.push_back(node["parent"].dump() + " " + node["function"].get<std::string>() + " " + node["line"].dump() +
                        " " + node["bytes"].dump() + " " + node["num_allocations"].dump() + " " +
                        node["own_bytes"].dump() + " " + node["own_num_allocations"].dump());
    }
    CHECK(lines == std::vector<std::string>{"null <ROOT> 0 950 7 0 0", "0 main 1 950 7 0 0", "1 _run_code 8 500 2 0 0",
                                            "2 f 5 500 2 500 2", "1 g 7 450 5 300 1", "4 f 5 150 4 150 4"});
}

TEST_CASE("A stack in several threads is one when the biggest are chosen") {
    ProfileBuilder builder;
    const std::vector<Place> shared{{"f", "a.py", 1}};
    builder.site(shared, {1, 60});
    capture::Site again = builder.profile.sites.back();
    again.thread = 1;
    builder.profile.sites.push_back(again);
    builder.site({{"g", "a.py", 2}}, {1, 100});
    const Biggest one = biggest(make_stack_view(builder.profile), at_peak(builder.profile), 1);
    CHECK(one.selection[0].bytes + one.selection[1].bytes == 120);
    CHECK(one.selection[2].count == 0);
    CHECK(one.others == 1);
    CHECK(one.of_others.bytes == 100);
}

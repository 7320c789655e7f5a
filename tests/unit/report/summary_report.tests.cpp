// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/summary_report.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "cli/report/text.h"
#include "tests/unit/report/profile_builder.h"
#include "tests/unit/report/sample_profile.h"

using namespace memray;
using namespace memray::report;

namespace {

const SummaryOptions kAsMemray{1, 10, {}, true};

std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) { widest = std::max(widest, display_width(line)); }
    return widest;
}

std::string table_of(const std::string& report) { return report.substr(report.find("\n\n") + 2); }

}  // namespace

TEST_CASE("The plain summary is aligned and complete") {
    CHECK(summary_plain(sample_profile(), make_stack_view(sample_profile()), kAsMemray) ==
          R"(Peak memory: 5.002MB in 13 allocations; allocated in total: 5.002MB in 13 allocations
Command: memray run app.py
Tracked: from 2026-11-22 22:35:00+00:00 to 2026-11-22 22:35:00+00:00, 0.1 s
Ended: exited with code 0

Location                                       <Total Memory>  Total Memory %  Own Memory  Own Memory %  Allocation Count
main at /srv/app.py                                   5.001MB          99.99%      0.000B         0.00%                12
build at /srv/app.py                                  5.000MB          99.97%     5.000MB        99.97%                 2
decode at /usr/lib/python3.11/json/decoder.py         1.000kB           0.02%     1.000kB         0.02%                10
??? at ???                                           500.000B           0.01%    500.000B         0.01%                 1
)");
}

TEST_CASE("The column sorted by is marked, and rows beyond the limit are counted") {
    const std::string table =
        table_of(summary_plain(sample_profile(), make_stack_view(sample_profile()), {5, 2, {}, true}));
    CHECK(
        table ==
        R"(Location                                       Total Memory  Total Memory %  Own Memory  Own Memory %  <Allocation Count>
main at /srv/app.py                                 5.001MB          99.99%      0.000B         0.00%                  12
decode at /usr/lib/python3.11/json/decoder.py       1.000kB           0.02%     1.000kB         0.02%                  10
2 more rows not shown (see --max-rows)
)");
}

TEST_CASE("Own memory comes first unless a column is chosen") {
    const SummaryOptions options{kOwnMemoryFirst, 2, {}, false};
    CHECK(
        table_of(summary_plain(sample_profile(), make_stack_view(sample_profile()), options)) ==
        R"(Location                                       <Own Memory>  Own Memory %  Total Memory  Total Memory %  Allocation Count
build at /srv/app.py                                5.000MB        99.97%       5.000MB          99.97%                 2
decode at /usr/lib/python3.11/json/decoder.py       1.000kB         0.02%       1.000kB           0.02%                10
2 more rows not shown (see --max-rows)
What libraries allocate counts for the code that calls or imports them (see --all-frames)
)");
}

TEST_CASE("Temporary allocations replace those of the peak") {
    const std::string report = summary_plain(sample_profile(), make_stack_view(sample_profile()),
                                             {1, 10, {SelectionKind::kTemporary, 1}, true});
    CHECK(report.starts_with(
        "Temporary allocations (freed after at most 1 other allocation): 600.000B in 6 allocations\nPeak memory: "));
    CHECK(table_of(report).find("decode at /usr/lib/python3.11/json/decoder.py        600.000B         100.00%") !=
          std::string::npos);
    CHECK(report.find("build at") == std::string::npos);
}

TEST_CASE("Losses stand above the table") {
    capture::Profile profile = sample_profile();
    profile.metadata.incomplete = "the recorder was killed";
    profile.metadata.losses.missing_sequences = 2;
    const std::string report = summary_plain(profile, make_stack_view(profile), {});
    CHECK(report.find("Note: the capture is incomplete: the recorder was killed\n"
                      "Note: 2 events never arrived (in flight when the program died)\n\n") != std::string::npos);
}

TEST_CASE("The box fits the terminal and shortens files in the middle") {
    CHECK(table_of(summary_box(sample_profile(), make_stack_view(sample_profile()), {1, 2, {}, true}, 80, false)) ==
          R"(┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━┳━━━━━━━┳━━━━━━┳━━━━━━━━━━┓
┃                                     ┃       ┃ Total┃       ┃   Own┃          ┃
┃                                     ┃ <Total┃Memory┃    Own┃Memory┃Allocation┃
┃Location                             ┃Memory>┃     %┃ Memory┃     %┃     Count┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━╇━━━━━━━╇━━━━━━╇━━━━━━━━━━┩
│main at /srv/app.py                  │5.001MB│99.99%│ 0.000B│ 0.00%│        12│
│build at /srv/app.py                 │5.000MB│99.97%│5.000MB│99.97%│         2│
└─────────────────────────────────────┴───────┴──────┴───────┴──────┴──────────┘
2 more rows not shown (see --max-rows)
)");
}

TEST_CASE("Long locations lose the middle of their file, or take two lines") {
    ProfileBuilder builder;
    const std::string file = "/home/somebody/projects/application/package/module.py";
    builder.site({{"f", file, 1}}, {2, 20});
    builder.site({{"a_rather_long_function_name", file, 2}}, {1, 10});
    const std::string table =
        table_of(summary_box(builder.profile, make_stack_view(builder.profile), kAsMemray, 80, false));
    CHECK(table.find("│f at /home/somebody/…ackage/module.py│") != std::string::npos);
    CHECK(table.find("│a_rather_long_function_name at ") != std::string::npos);
    CHECK(table.find("│/home/somebody/pro…/package/module.py│") != std::string::npos);
}

TEST_CASE("A box is never wider than the terminal, down to a narrow one") {
    ProfileBuilder builder;
    builder.site({{"a_function_with_a_very_long_name_indeed", "/a/folder/名前/with/a/long/path/module.py", 1}},
                 {1, 999'999'000});
    for (const std::size_t width : {200U, 120U, 110U, 109U, 80U, 70U, 60U}) {
        INFO("width " << width);
        CHECK(widest_line(table_of(
                  summary_box(builder.profile, make_stack_view(builder.profile), kAsMemray, width, false))) == width);
    }
}

TEST_CASE("Shares have colours, functions and files theirs") {
    const std::string report =
        summary_box(sample_profile(), make_stack_view(sample_profile()), {1, 10, {}, true}, 120, true);
    CHECK(report.find("\x1b[1;35mbuild\x1b[0m at \x1b[36m/srv/app.py\x1b[0m") != std::string::npos);
    CHECK(report.find("\x1b[31m5.000MB\x1b[0m") != std::string::npos);
    CHECK(report.find("\x1b[92m1.000kB\x1b[0m") != std::string::npos);
    CHECK(report.find("\x1b[31m10\x1b[0m") != std::string::npos);  // 77 % of the allocations
    CHECK(report.find("\x1b[32m1\x1b[0m") != std::string::npos);   // 8 %
    CHECK(report.find("\x1b[32m2\x1b[0m") != std::string::npos);   // 15 %
}

TEST_CASE("Names cannot send control sequences to the terminal") {
    ProfileBuilder builder;
    builder.site({{"f\x1b]0;title\x07", "a\n.py", 1}}, {1, 1});
    const std::string report = summary_box(builder.profile, make_stack_view(builder.profile), kAsMemray, 120, false);
    CHECK(report.find('\x1b') == std::string::npos);
    CHECK(report.find("a\n.py") == std::string::npos);
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/output_text.h"

#include <catch2/catch.hpp>

#include "cli/live/graph.h"

namespace memray::live {

using Lines = std::vector<std::string>;

TEST_CASE("output is lines without control sequences") {
    OutputText output("");
    output.add("plain\n\x1b[31mred\x1b[0m\n\x1b]0;title\aafter\r\n10%\r20%\r");
    CHECK(output.lines() == Lines{"plain", "red", "after", "20%"});
    output.add("done\nx\x01y\n");
    CHECK(output.lines() == Lines{"plain", "red", "after", "done", "x\xef\xbf\xbdy"});
}

TEST_CASE("only the newest lines are kept") {
    OutputText output("");
    for (std::size_t i = 0; i < 3 * OutputText::kMostLines; ++i) { output.add("line " + std::to_string(i) + "\n"); }
    CHECK(output.lines().size() <= 2 * OutputText::kMostLines);
    CHECK(output.lines().back() == "line 29999");
}

TEST_CASE("a graph covers the whole time in its width") {
    const std::vector<capture::Snapshot> rows{{0, 0, 10}, {10, 0, 40}, {11, 0, 20}, {99, 0, 30}};
    CHECK(over_time(rows, &capture::Snapshot::heap, 5) == std::vector<std::uint64_t>{40, 40, 40, 40, 30});
    CHECK(over_time({}, &capture::Snapshot::heap, 2) == std::vector<std::uint64_t>{0, 0});
    CHECK(bars({0, 1, 2, 4}, 2) == Lines{"   █", " ▄██"});
}

}  // namespace memray::live

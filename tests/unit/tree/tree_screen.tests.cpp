// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/tree_screen.h"

#include <catch2/catch.hpp>

#include "cli/report/text.h"
#include "tests/unit/tree/sample.h"

using namespace memray;
using namespace memray::tree;

namespace {

struct Sample {
    Sample()
        : profile(sample()),
          view(report::make_stack_view(profile)),
          model(profile, view, {{}, report::kDefaultBiggest, true}) {
        model.toggle_uninteresting();  // as memray shows it first
    }

    std::vector<std::string> draw(terminal::Size size) {
        std::vector<std::string> lines;
        for (const Line& line : screen.draw(size)) {
            CHECK(report::width_of(line.spans) <= size.columns);
            std::string text;
            for (const Span& span : line.spans) { text += span.text; }
            lines.push_back(text.substr(0, text.find_last_not_of(' ') + 1));
        }
        CHECK(lines.size() == size.lines);
        return lines;
    }

    capture::Profile profile;
    report::StackView view;
    TreeModel model;
    report::SourceLines source{report::Confidential::kNone};
    TreeScreen screen{model, source};
};

}  // namespace

TEST_CASE("On a wide screen the details stand beside the tree") {
    Sample sample;
    sample.model.move(2);
    const auto lines = sample.draw({100, 10});
    CHECK(lines[0] == "Live at the peak: 10.000kB in 9 allocations");
    CHECK(lines[1] == "▾ 10.000kB (100.00%) <ROOT>                               │ Function     f");
    CHECK(lines[3] == "      5.000kB (50.00%) f  /srv/a.py:5                     │ Allocations  2");
    CHECK(lines[4] == "    ▸ 3.000kB (30.00%) _find_and_load  <frozen …tstrap>:9 │ Size         5.000kB (50.00%)");
    CHECK(lines[6] ==
          "    100.000B (1.00%) \xef\xbf\xbd[31mred  c.py:1                     │ Thread       1 (MainThread)");
    CHECK(lines[7] == "                                                          │");
    CHECK(lines[9] == "q quit  a my code  i hide imports  u show uninteresting  e expand group  arrows, enter");
}

TEST_CASE("On a narrow screen the details stand below, if there is room") {
    Sample sample;
    const auto lines = sample.draw({30, 24});
    CHECK(lines[3] == "      5.000kB (50.00%) f");
    CHECK(lines[15] == "──────────────────────────────");
    CHECK(lines[16] == "Function     <ROOT>");
    CHECK(sample.draw({30, 10})[8].empty());
}

TEST_CASE("No screen is too small") {
    Sample sample;
    for (const std::size_t columns : {0U, 1U, 2U, 3U, 5U, 9U, 17U, 40U, 90U, 91U, 200U}) {
        for (const std::size_t lines : {0U, 1U, 2U, 3U, 7U, 22U, 60U}) {
            sample.model.move(1);
            const auto drawn = sample.draw({columns, lines});  // which checks that all of it fits
            std::string title = std::string("Live at the peak: 10.000kB in 9 allocations").substr(0, columns);
            title.erase(title.find_last_not_of(' ') + 1);
            CHECK((lines == 0 || drawn.front() == title));
        }
    }
}

TEST_CASE("Wide characters take two columns") {
    Sample sample;
    sample.model.move(3);
    sample.model.toggle();
    const auto lines = sample.draw({91, 12});
    CHECK(lines[5] == "        3.000kB (30.00%) 読込  /srv/資料.py:7        │ Own size     0.000B (0.00%)");
}

TEST_CASE("The cursor stays in sight") {
    Sample sample;
    sample.model.move(5);
    CHECK(sample.draw({60, 5})[3].find("red") != std::string::npos);
    sample.model.move(-5);
    CHECK(sample.draw({60, 5})[1].find("<ROOT>") != std::string::npos);
}

TEST_CASE("What was there before the recording is said first") {
    Sample sample;
    TreeScreen screen(sample.model, sample.source, {"206.000MB was resident when recording began"});
    const std::vector<Line> lines = screen.draw({60, 10});
    REQUIRE(lines.size() == 10);
    CHECK(lines[0].spans.at(0).text == "206.000MB was resident when recording began");
    CHECK(lines[1].spans.at(0).text == "Live at the peak: 10.000kB in 9 allocations");
    CHECK(lines[9].spans.at(0).text.starts_with("q quit"));
    CHECK(screen.rows({60, 10}) == 7);
}

TEST_CASE("Deep calls move to the left") {
    report::ProfileBuilder builder;
    std::vector<report::Place> stack;
    for (std::uint32_t i = 1; i <= 100; ++i) { stack.push_back({"f" + std::to_string(i), "a.py", i}); }
    builder.site(stack, {1, 8});
    const report::StackView view = report::make_stack_view(builder.profile);
    TreeModel model(builder.profile, view, {{}, report::kDefaultBiggest, true});
    report::SourceLines source(report::Confidential::kNone);
    TreeScreen screen(model, source);
    model.move(100);
    const std::vector<Line> lines = screen.draw({60, 10});
    std::string last;
    for (const Span& span : lines[8].spans) { last += span.text; }
    CHECK(last.find("f100  a.py:100") != std::string::npos);
}

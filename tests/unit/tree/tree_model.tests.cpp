// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/tree_model.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "cli/tree/actions.h"
#include "tests/unit/tree/sample.h"

using namespace memray;
using namespace memray::tree;

namespace {

using Lines = std::vector<std::string>;

terminal::KeyPress typed(char key) {
    if (key == '\n') { return {terminal::Key::kEnter}; }
    return {terminal::Key::kCharacter, static_cast<wchar_t>(key)};
}

struct Sample {
    explicit Sample(const report::TreeOptions& options = {}, capture::Profile from = sample())
        : profile(std::move(from)), view(report::make_stack_view(profile)), model(profile, view, options) {}

    // As memray shows it first.
    static Sample of_all_frames(std::size_t biggest = report::kDefaultBiggest) {
        Sample result({{}, biggest, true});
        result.press("u");
        return result;
    }

    // Depth as dots, then open "-", closed "+" or leaf, function and bytes; the cursor as ">".
    [[nodiscard]] Lines rows() const {
        Lines lines;
        for (const TreeRow& row : model.rows()) {
            const char* mark = row.parent ? row.open ? "-" : "+" : "";
            lines.push_back(std::string(&row == &model.current() ? ">" : "") + std::string(row.depth, '.') + mark +
                            model.function(row) + fmt::format(" {}", model.amount(row).bytes));
        }
        return lines;
    }
    void press(const std::string& keys) {
        for (const char key : keys) { CHECK(perform(model, action_of(typed(key)), 3)); }
    }

    capture::Profile profile;
    report::StackView view;
    TreeModel model;
};

}  // namespace

TEST_CASE("At first the largest chain of calls is open, without what CPython does to call") {
    CHECK(Sample::of_all_frames().rows() == Lines{">-<ROOT> 10000", ".-main 9900", "..f 5000", "..+_find_and_load 3000",
                                                  "..+g 1900", ".\xef\xbf\xbd[31mred 100"});
}

TEST_CASE("My code is shown first: imports and libraries are folded, calls that hold the same are one row") {
    Sample sample;
    CHECK(sample.rows() ==
          Lines{">-<ROOT> 10000", ".-main 9900", "..f 5000", "..読込 3000", "..+h 1900", ".\xef\xbf\xbd[31mred 100"});
    CHECK(sample.model.calls(sample.model.rows()[4]) == "g → h at b.py:8");
    CHECK(sample.model.calls(sample.model.rows()[2]).empty());
    sample.press("jjjj\n");
    CHECK(sample.rows()[4] == ">..-h 1900");
    CHECK(sample.rows()[5] == "...i 1500");
    sample.press("ui");  // of all frames only
    CHECK(sample.rows()[4] == ">..-h 1900");
    sample.press("a");
    CHECK(sample.model.shows_all_frames());
    CHECK(sample.rows()[2] == "..-_run_code 5000");
    sample.press("a");
    CHECK(sample.rows().size() == 6);
}

TEST_CASE("Calls open and close, and the cursor stays in the tree") {
    Sample sample = Sample::of_all_frames();
    sample.press("jjj\n");
    CHECK(sample.rows() == Lines{"-<ROOT> 10000", ".-main 9900", "..f 5000", ">..-_find_and_load 3000", "...読込 3000",
                                 "..+g 1900", ".\xef\xbf\xbd[31mred 100"});
    sample.press("l");  // into it
    CHECK(sample.model.function(sample.model.current()) == "読込");
    sample.press("h");  // to its caller
    CHECK(sample.model.function(sample.model.current()) == "_find_and_load");
    sample.press("h");  // closes it
    sample.press("h");  // its caller
    CHECK(sample.model.function(sample.model.current()) == "main");
    sample.press("kkkkk");
    CHECK(sample.model.cursor() == 0);
    sample.press(" ");
    CHECK(sample.rows() == Lines{">+<ROOT> 10000"});
    sample.press(" G");
    CHECK(sample.model.function(sample.model.current()) == "\xef\xbf\xbd[31mred");
    sample.press("jg");
    CHECK(sample.model.cursor() == 0);
    CHECK(perform(sample.model, action_of({terminal::Key::kPageDown}), 3));
    CHECK(sample.model.cursor() == 2);
    CHECK(perform(sample.model, action_of({terminal::Key::kPageUp}), 1));
    CHECK(sample.model.cursor() == 1);
    CHECK_FALSE(perform(sample.model, action_of(typed('q')), 3));
}

TEST_CASE("A linear group opens as a whole, up to where it branches") {
    Sample sample = Sample::of_all_frames();
    sample.press("jjjje");
    CHECK(sample.rows() == Lines{"-<ROOT> 10000", ".-main 9900", "..f 5000", "..+_find_and_load 3000", ">..-g 1900",
                                 "...-h 1900", "....i 1500", "....j 400", ".\xef\xbf\xbd[31mred 100"});
}

TEST_CASE("The import system and what is uninteresting can be hidden and shown") {
    Sample sample = Sample::of_all_frames();
    CHECK(sample.model.hides_uninteresting());
    sample.press("u");
    CHECK(sample.rows() == Lines{">-<ROOT> 10000", ".-main 9900", "..-_run_code 5000", "...f 5000",
                                 "..+_find_and_load 3000", "..+g 1900", ".\xef\xbf\xbd[31mred 100"});
    sample.press("ui");
    CHECK(sample.model.hides_imports());
    CHECK(sample.rows() ==
          Lines{">-<ROOT> 10000", ".-main 9900", "..f 5000", "..読込 3000", "..+g 1900", ".\xef\xbf\xbd[31mred 100"});
    sample.press("i");
    CHECK(sample.rows().size() == 6);
}

TEST_CASE("Stacks that are too small are one row, and count for the root") {
    const Sample sample = Sample::of_all_frames(3);
    CHECK(sample.rows() == Lines{">-<ROOT> 10000", ".-main 9500", "..f 5000", "..+_find_and_load 3000", "..+g 1500",
                                 ".2 smaller stacks 500"});
    CHECK(sample.model.threads(sample.model.rows().back()).empty());
}

TEST_CASE("Rows know their threads and where their source is") {
    const Sample sample = Sample::of_all_frames();
    const std::vector<TreeRow>& rows = sample.model.rows();
    CHECK(sample.model.threads(rows[0]) == Lines{"1 (MainThread)", "2 (worker)"});
    CHECK(sample.model.threads(rows[2]) == Lines{"1 (MainThread)"});
    CHECK(sample.model.threads(rows[4]) == Lines{"1 (MainThread)", "2 (worker)"});
    CHECK(sample.model.file(rows[2]) == "/srv/a.py");
    CHECK(sample.model.line(rows[2]) == 5);
    CHECK(sample.model.location(rows[2]) == "/srv/a.py:5");
    CHECK(sample.model.location(rows[0]).empty());
    CHECK(sample.model.own(rows[1]).bytes == 0);
    CHECK(sample.model.own(rows[2]).bytes == 5000);
}

TEST_CASE("A capture without allocations has a tree that says so") {
    Sample nothing({}, capture::Profile{});
    CHECK(nothing.rows() == Lines{">-<ROOT> 0", ".<No allocations> 0"});
    nothing.press("jlehuia ");
    CHECK(nothing.rows() == Lines{">+<ROOT> 0"});
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_filter.h"

#include <catch2/catch.hpp>

#include "injector/base/error.h"
#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

// Function names from the root to the site's end, "-" if it is left out.
std::string path_of(const StackView& view, std::size_t site) {
    std::string path;
    std::uint32_t stack = view.of_site[site];
    if (stack == kLeftOut) { return "-"; }
    for (; stack != capture::kRootStack; stack = view.stacks[stack].parent) {
        path = "/" + view.strings[view.frames[view.stacks[stack].frame].function] + path;
    }
    return path;
}

StackView filtered(const std::vector<std::string>& include, const std::vector<std::string>& exclude) {
    ProfileBuilder builder;
    builder.site({{"main", "app.py", 1}, {"load", "/lib/json/decoder.py", 2}, {"hook", "app.py", 3}}, {1, 1});
    builder.site({{"main", "app.py", 1}, {"load", "/lib/json/decoder.py", 2}}, {1, 1});
    builder.site({{"other", "b.py", 9}}, {1, 1});
    StackView view = make_stack_view(builder.profile);
    FrameFilter(include, exclude).apply(view);
    return view;
}

}  // namespace

TEST_CASE("Without expressions nothing changes") {
    const StackView view = filtered({}, {});
    CHECK(path_of(view, 0) == "/main/load/hook");
    CHECK(path_of(view, 2) == "/other");
}

TEST_CASE("Excluded frames count for their callers") {
    const StackView view = filtered({}, {"json/"});
    CHECK(path_of(view, 0) == "/main/hook");
    CHECK(path_of(view, 1) == "/main");
    CHECK(path_of(view, 2) == "/other");
    CHECK(path_of(filtered({}, {"^other at", "^main"}), 2).empty());
}

TEST_CASE("Includes leave out stacks in which nothing matches") {
    const StackView view = filtered({"^hook at", "b.py$"}, {});
    CHECK(path_of(view, 0) == "/main/load/hook");
    CHECK(path_of(view, 1) == "-");
    CHECK(path_of(view, 2) == "/other");
}

TEST_CASE("Includes look at frames that are excluded too") {
    CHECK(path_of(filtered({"json"}, {"json"}), 1) == "/main");
    CHECK(path_of(filtered({"json"}, {"json"}), 2) == "-");
}

TEST_CASE("An expression that is not valid is wrong usage") {
    try {
        const FrameFilter filter({}, {"a(b"});
        FAIL("accepted");
    } catch (const base::Error& error) {
        CHECK(error.exit_code() == 2);
        CHECK(std::string(error.what()) == "Invalid regular expression a(b: missing ): a(b");
    }
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/my_code.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

const std::string kSite = "/venv/lib/python3.12/site-packages/";
const std::string kStandardLibrary = "/usr/lib/python3.12/";
const Place kMain{"main", "/home/me/app.py", 1};
const Place kImporting{"<module>", "/home/me/app.py", 2};
const Place kFindAndLoad{"_find_and_load", "<frozen importlib._bootstrap>", 3};
const Place kCompile{"_compile_bytecode", "<frozen importlib._bootstrap_external>", 4};
const Place kPandas{"<module>", kSite + "pandas/__init__.py", 5};
const Place kNumpy{"<module>", kSite + "numpy/__init__.py", 6};
const Place kReadCsv{"read_csv", kSite + "pandas/io/parsers.py", 7};
const Place kView{"view", "/home/me/views.py", 8};

using Stacks = std::map<std::string, std::uint64_t>;  // bytes of each

Stacks stacks_of(const capture::Profile& profile, LibraryCalls calls) {
    StackView view = make_stack_view(profile);
    show_my_code(view, calls);
    Stacks result;
    for (std::size_t i = 0; i < profile.sites.size(); ++i) {
        std::string text;
        for (std::uint32_t at = view.of_site[i]; at != capture::kRootStack; at = view.stacks[at].parent) {
            REQUIRE(view.stacks[at].parent < at);
            const ViewFrame& frame = view.frames[view.stacks[at].frame];
            const std::string& file = view.strings[frame.file];
            text =
                fmt::format("{}:{}:{};", view.strings[frame.function], file.substr(file.rfind('/') + 1), frame.line) +
                text;
        }
        result[text] += profile.sites[i].peak.bytes;
    }
    return result;
}

Stacks both(const capture::Profile& profile) {
    const Stacks shown = stacks_of(profile, LibraryCalls::kShown);
    CHECK(shown == stacks_of(profile, LibraryCalls::kCharged));
    return shown;
}

}  // namespace

TEST_CASE("The memory of an import is the package's, at the line that imports it") {
    ProfileBuilder builder;
    builder.site({kImporting, kFindAndLoad, kPandas, kFindAndLoad, kNumpy, {"f", kSite + "numpy/a.py", 9}}, {1, 30});
    builder.site({kImporting, kFindAndLoad, kPandas, kFindAndLoad, kCompile}, {1, 5});
    builder.site({kImporting, kFindAndLoad, kPandas}, {1, 3});
    builder.site({kImporting, kFindAndLoad, kCompile}, {1, 2});  // before anything of it runs
    builder.site({kImporting}, {1, 1});
    CHECK(both(builder.profile) ==
          Stacks{{"<module>:app.py:2;import pandas:app.py:2;", 40}, {"<module>:app.py:2;", 1}});
}

TEST_CASE("What a line that imports two libraries needs for both has the names of both") {
    ProfileBuilder builder;
    builder.site({kImporting, kFindAndLoad, kPandas}, {1, 3});
    builder.site({kImporting, kFindAndLoad, kNumpy}, {1, 4});
    builder.site({kImporting, kFindAndLoad, kCompile}, {1, 2});
    CHECK(both(builder.profile) == Stacks{{"<module>:app.py:2;import pandas:app.py:2;", 3},
                                          {"<module>:app.py:2;import numpy:app.py:2;", 4},
                                          {"<module>:app.py:2;import numpy, pandas:app.py:2;", 2}});
    for (const char* name : {"aa", "bb", "cc"}) {
        builder.site({kImporting, kFindAndLoad, {"<module>", kSite + name + "/__init__.py", 1}}, {1, 1});
    }
    CHECK(both(builder.profile).at("<module>:app.py:2;import aa, bb, cc, ...:app.py:2;") == 2);
}

TEST_CASE("Own modules that are imported keep their lines, whoever imports them") {
    ProfileBuilder builder;
    const Place views{"<module>", "/home/me/views.py", 1};
    const Place hook{"exec_module", kSite + "_pytest/rewrite.py", 2};
    builder.site({kImporting, kFindAndLoad, views}, {1, 10});
    builder.site({kImporting, kFindAndLoad, views, kFindAndLoad, kNumpy}, {1, 20});
    builder.site({kMain, kReadCsv, kFindAndLoad, hook, views}, {1, 30});
    builder.site({kImporting, kFindAndLoad, kCompile}, {1, 4});  // needed to load it
    CHECK(both(builder.profile) == Stacks{{"<module>:app.py:2;<module>:views.py:1;", 10},
                                          {"<module>:app.py:2;import views:app.py:2;", 4},
                                          {"<module>:app.py:2;<module>:views.py:1;import numpy:views.py:1;", 20},
                                          {"main:app.py:1;<module>:views.py:1;", 30}});
}

TEST_CASE("A framework is not shown where it calls own code, and is where it allocates itself") {
    ProfileBuilder builder;
    const Place handler{"get_response", kSite + "django/handler.py", 9};
    const Place thread{"_bootstrap", kStandardLibrary + "threading.py", 10};
    builder.site({kMain, thread, handler, kView}, {1, 50});
    builder.site({thread, handler, {"join", kSite + "django/html.py", 11}}, {1, 7});
    CHECK(both(builder.profile) == Stacks{{"main:app.py:1;view:views.py:8;", 50},
                                          {"_bootstrap:threading.py:10;get_response:handler.py:9;"
                                           "join:html.py:11;",
                                           7}});
}

TEST_CASE("What a library allocates for own code is its own in trees and the caller's in lists") {
    ProfileBuilder builder;
    const Place concat{"concat", kSite + "pandas/concat.py", 12};
    builder.site({kMain, kReadCsv, concat}, {1, 60});
    builder.site({kMain}, {1, 1});
    CHECK(stacks_of(builder.profile, LibraryCalls::kShown) ==
          Stacks{{"main:app.py:1;read_csv:parsers.py:7;concat:concat.py:12;", 60}, {"main:app.py:1;", 1}});
    CHECK(stacks_of(builder.profile, LibraryCalls::kCharged) == Stacks{{"main:app.py:1;", 61}});
}

TEST_CASE("A library that imports another one late charges its own line, or that of own code") {
    ProfileBuilder builder;
    const Place arrow{"<module>", kSite + "pyarrow/__init__.py", 1};
    builder.site({kMain, kReadCsv, kFindAndLoad, arrow}, {1, 9});
    CHECK(stacks_of(builder.profile, LibraryCalls::kShown) ==
          Stacks{{"main:app.py:1;read_csv:parsers.py:7;import pyarrow:parsers.py:7;", 9}});
    CHECK(stacks_of(builder.profile, LibraryCalls::kCharged) == Stacks{{"main:app.py:1;import pyarrow:app.py:1;", 9}});
}

TEST_CASE("Processes of a merged capture stay, and own nothing that libraries do") {
    ProfileBuilder builder;
    builder.site({{"process 7", ""}, kReadCsv, kMain}, {1, 5});
    builder.site({{"process 7", ""}, kReadCsv}, {1, 6});
    CHECK(both(builder.profile) ==
          Stacks{{"process 7::0;main:app.py:1;", 5}, {"process 7::0;read_csv:parsers.py:7;", 6}});
}

TEST_CASE("Stacks that end alike are one, and sites that are left out stay so") {
    ProfileBuilder builder;
    builder.site({kMain, {"a", kSite + "x.py", 1}, kView}, {1, 5});
    builder.site({kMain, {"b", kSite + "x.py", 2}, kView}, {1, 6});
    builder.site({kMain}, {1, 7});
    builder.site({}, {1, 8});
    StackView view = make_stack_view(builder.profile);
    view.of_site[2] = kLeftOut;
    show_my_code(view, LibraryCalls::kShown);
    CHECK(view.of_site[2] == kLeftOut);
    CHECK(view.of_site[3] == capture::kRootStack);
    StackView nothing;
    show_my_code(nothing, LibraryCalls::kShown);
    CHECK(nothing.stacks.empty());
}

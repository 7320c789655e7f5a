// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/modules.h"

#include <catch2/catch.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

TEST_CASE("Installed packages are named by what follows site-packages or dist-packages") {
    CHECK(module_of("/usr/lib/python3.11/site-packages/numpy/core/numeric.py", {}) == "numpy");
    CHECK(module_of("/usr/lib/python3/dist-packages/six.py", {}) == "six");
    CHECK(module_of("/venv/lib/python3.13t/site-packages/a/b/c.py", {"/venv"}) == "a");
}

TEST_CASE("The standard library is no module") {
    CHECK(module_of("/usr/lib/python3.11/json/decoder.py", {}).empty());
    CHECK(module_of("/opt/lib64/python3.13t/enum.py", {}).empty());
    CHECK(module_of("/usr/lib/python311.zip/enum.pyc", {}).empty());
    CHECK(module_of("<frozen importlib._bootstrap>", {}).empty());
}

TEST_CASE("The program's own files are relative to the first search path that holds them") {
    CHECK(module_of("/home/me/app/core/x.py", {"/home/me/app", "/home/me"}) == "core");
    CHECK(module_of("/home/me/app/core/x.py", {"/home/me/", "/home/me/app"}) == "app");
    CHECK(module_of("/home/me/app.py", {"/home/me"}) == "app");
    CHECK(module_of("/home/me2/app.py", {"/home/me"}) == "app");
}

TEST_CASE("Other files are named by themselves") {
    CHECK(module_of("/srv/tool.py", {}) == "tool");
    CHECK(module_of("/srv/pack/__init__.py", {}) == "pack");
    CHECK(module_of("<string>", {}) == "<string>");
    CHECK(module_of("", {}) == "unknown");
}

TEST_CASE("A stack belongs to its innermost frame outside the standard library") {
    ProfileBuilder builder;
    builder.site({{"main", "/srv/app.py", 1}, {"loads", "/usr/lib/python3.11/json/__init__.py", 2}}, {1, 1});
    builder.site({{"_find", "<frozen importlib._bootstrap>", 1}}, {1, 1});
    const StackView view = make_stack_view(builder.profile);
    const std::vector<std::string> files = modules_of_files(view, builder.profile.metadata.search_paths);
    const std::vector<std::string_view> modules = modules_of_stacks(view, files);
    CHECK(modules[builder.profile.sites[0].stack] == "app");
    CHECK(modules[builder.profile.sites[1].stack] == "<root>");
    CHECK(modules[capture::kRootStack] == "<root>");
}

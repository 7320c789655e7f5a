// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>
#include <filesystem>

#include "symbolizer/module_finder.h"
#include "tests/unit/capture/scratch_dir.h"

using ::ScratchDir;
using memray::symbolizer::path_in_root;

TEST_CASE("a path that begins with the root's is what follows that") {
    const ScratchDir dir;
    std::filesystem::create_directory(dir.file("root"));
    std::filesystem::create_directory_symlink(dir.file("root"), dir.file("link"));
    for (const std::string root : {"root", "root/", "./root/../root", "link"}) {
        CHECK(path_in_root(dir.file("root/usr/a.so"), dir.file(root)) == "/usr/a.so");
    }
}

TEST_CASE("any other path stays as it is") {
    const ScratchDir dir;
    std::filesystem::create_directory(dir.file("root"));
    for (const std::string path : {"root2/a.so", "root", "other/root/a.so"}) {
        CHECK(path_in_root(dir.file(path), dir.file("root")) == dir.file(path));
    }
    CHECK(path_in_root("/usr/a.so", dir.file("root")) == "/usr/a.so");
    CHECK(path_in_root("/usr/a.so", dir.file("missing")) == "/usr/a.so");
    CHECK(path_in_root("/usr/a.so", "") == "/usr/a.so");
    CHECK(path_in_root("/usr/a.so", "/") == "/usr/a.so");
}

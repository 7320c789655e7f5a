// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/report_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "injector/base/error.h"
#include "tests/unit/cli/folder.h"

using namespace memray;
using namespace memray::cli;
using Catch::Matchers::Message;

TEST_CASE("A report is written") {
    const Folder folder;
    write_report(folder / "new", "content", false);
    CHECK(folder.read("new") == "content");
}

TEST_CASE("An existing file is kept unless the user wants it overwritten") {
    const Folder folder;
    folder.write("old", "precious");
    const auto message = Message("File already exists, will not overwrite without --force: " + (folder / "old"));
    CHECK_THROWS_MATCHES(require_writable(folder / "old", false), base::Error, message);
    CHECK_NOTHROW(require_writable(folder / "old", true));
    CHECK_THROWS_MATCHES(write_report(folder / "old", "content", false), base::Error, message);
    CHECK(folder.read("old") == "precious");
    write_report(folder / "old", "content", true);
    CHECK(folder.read("old") == "content");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A folder is called a folder, whatever may be overwritten") {
    const Folder folder;
    const auto message = Message("The output is a directory: " + folder.path());
    CHECK_THROWS_MATCHES(require_writable(folder.path(), false), base::Error, message);
    CHECK_THROWS_MATCHES(require_writable(folder.path(), true), base::Error, message);
}

TEST_CASE("A report that cannot be written is an error and leaves nothing") {
    const Folder folder;
    CHECK_THROWS_MATCHES(
        write_report(folder / "no/such", "x", false), base::Error,
        Message("Could not create output file " + (folder / "no/such") + ": No such file or directory"));
    CHECK_THROWS_AS(write_report("/dev/full", "x", true), base::Error);
    CHECK_NOTHROW(write_report("/dev/null", "x", false));
    CHECK(std::filesystem::is_empty(folder.path()));
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/source_lines.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace memray::report;

namespace {

class Folder {
public:
    Folder() {
        std::string name = "/tmp/memray-source-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string file(const std::string& name, const std::string& text, mode_t mode) const {
        std::ofstream(path_ + "/" + name) << text;
        ::chmod((path_ + "/" + name).c_str(), mode);
        return path_ + "/" + name;
    }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("Lines come without the space around them") {
    const Folder folder;
    const std::string file = folder.file("a.py", "one\n    two = 2  \r\n\nlast", 0600);
    SourceLines lines(Confidential::kDefault);
    CHECK(lines.line(file, 1) == "one");
    CHECK(lines.line(file, 2) == "two = 2");
    CHECK(lines.line(file, 3).empty());
    CHECK(lines.line(file, 4) == "last");
    CHECK(lines.line(file, 5).empty());
    CHECK(lines.line(file, 0).empty());
    CHECK(lines.line("/nowhere/a.py", 1).empty());
    CHECK(lines.line("/tmp", 1).empty());
}

TEST_CASE("Several lines come with the space before them") {
    const Folder folder;
    const std::string file = folder.file("a.py", "if x:\n\ty = 1 \n\n  \tz\n", 0600);
    SourceLines source(Confidential::kDefault);
    using Lines = std::vector<std::string>;
    CHECK(source.lines(file, 1, 4) == Lines{"if x:", "        y = 1", "", "        z"});
    CHECK(source.lines(file, 2, 2) == Lines{"        y = 1"});
    CHECK(source.lines(file, 4, 100) == Lines{"        z"});
    CHECK(source.lines(file, 5, 9).empty());
    CHECK(source.lines(file, 3, 2).empty());
    CHECK(source.lines("/nowhere/a.py", 1, 9).empty());
}

TEST_CASE("Private files are quoted only if they are Python's or everything is") {
    const Folder folder;
    const std::string closed = folder.file("secret.txt", "password", 0600);
    const std::string open = folder.file("open.txt", "hello", 0644);
    const std::string program = folder.file("tool", "#!", 0700);
    const std::string python = folder.file("a.py", "x", 0600);
    CHECK(SourceLines(Confidential::kDefault).line(closed, 1).empty());
    CHECK(SourceLines(Confidential::kDefault).line(open, 1) == "hello");
    CHECK(SourceLines(Confidential::kDefault).line(program, 1) == "#!");
    CHECK(SourceLines(Confidential::kAll).line(closed, 1) == "password");
    CHECK(SourceLines(Confidential::kNone).line(open, 1).empty());
    CHECK(SourceLines(Confidential::kNone).line(python, 1).empty());
}

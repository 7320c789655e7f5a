// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/option_split.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using memray::cli::leading_options;

namespace {

struct Options {
    Options() {
        app.add_option("-o,--output", output);
        app.add_flag("-q,--quiet", quiet);
        app.add_flag("-m", module);
    }
    [[nodiscard]] std::size_t operator()(const std::vector<std::string>& arguments) const {
        return leading_options(app, arguments);
    }
    CLI::App app;
    std::string output;
    bool quiet{false};
    bool module{false};
};

}  // namespace

TEST_CASE("Options end at the program, whatever its own arguments look like") {
    const Options split;
    CHECK(split({"-q", "script.py", "-o", "x", "--help"}) == 1);
    CHECK(split({"script.py", "--output", "x"}) == 0);
    CHECK(split({"-q", "-m", "module", "-q"}) == 2);
    CHECK(split({}) == 0);
}

TEST_CASE("The value of an option is not the program") {
    const Options split;
    CHECK(split({"-o", "out", "script.py"}) == 2);
    CHECK(split({"--output", "out", "script.py"}) == 2);
    CHECK(split({"--output=out", "script.py"}) == 1);
    CHECK(split({"-oout", "script.py"}) == 1);
    CHECK(split({"-qo", "out", "script.py"}) == 2);
    CHECK(split({"-o"}) == 1);
}

TEST_CASE("Two dashes end the options, one is a program") {
    const Options split;
    CHECK(split({"-q", "--", "-o"}) == 1);
    CHECK(split({"-", "x"}) == 0);
}

TEST_CASE("Unknown options stay with the options, to be refused") {
    const Options split;
    CHECK(split({"--nonsense", "script.py"}) == 1);
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/option_scan.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "injector/base/error.h"

using namespace memray;
using namespace memray::cli;
using Words = std::vector<std::string>;
using Catch::Matchers::Message;

namespace {

struct Options {
    Options() {
        app.add_option("-o,--output", output);
        auto* quiet_flag = app.add_flag("-q,--quiet", quiet);
        app.add_flag("-m", module)->excludes(quiet_flag);
        app.add_option("--live-port", port);
        auto* live_flag = app.add_flag("--live", live);
        app.add_flag("--live-remote", remote)->excludes(live_flag);
    }
    [[nodiscard]] ScannedOptions scan(const Words& arguments, Positionals positionals) const {
        return scan_options(app, arguments, positionals);
    }
    // Of `run`: how many words are its own.
    [[nodiscard]] std::size_t split(const Words& arguments) const {
        return scan(arguments, Positionals::kEndOptions).count;
    }
    // Of a report: what CLI11 gets.
    [[nodiscard]] Words full(const Words& arguments) const { return scan(arguments, Positionals::kAnywhere).arguments; }
    CLI::App app;
    std::string output;
    int port{0};
    bool quiet{false};
    bool module{false};
    bool live{false};
    bool remote{false};
};

void check_refused(const Words& arguments, const std::string& message) {
    CHECK_THROWS_MATCHES(Options().full(arguments), base::UsageError, Message(message));
}

}  // namespace

TEST_CASE("Options end at the program, whatever its own arguments look like") {
    const Options options;
    CHECK(options.split({"-q", "script.py", "-o", "x", "--help"}) == 1);
    CHECK(options.split({"script.py", "--output", "x"}) == 0);
    CHECK(options.split({"--live", "-m", "module", "-q"}) == 2);
    CHECK(options.split({}) == 0);
}

TEST_CASE("The value of an option is not the program") {
    const Options options;
    CHECK(options.split({"-o", "out", "script.py"}) == 2);
    CHECK(options.split({"--output", "out", "script.py"}) == 2);
    CHECK(options.split({"--out", "out", "script.py"}) == 2);
    CHECK(options.split({"--output=out", "script.py"}) == 1);
    CHECK(options.split({"-oout", "script.py"}) == 1);
    CHECK(options.split({"-qo", "out", "script.py"}) == 2);
    CHECK(options.split({"-o"}) == 1);
}

TEST_CASE("Two dashes end the options, one is a program") {
    const Options options;
    CHECK(options.split({"-q", "--", "-o"}) == 1);
    CHECK(options.split({"-", "x"}) == 0);
    CHECK(options.full({"-q", "--", "--outp"}) == Words{"-q", "--", "--outp"});
}

TEST_CASE("Unknown options stay with the options, to be refused") {
    const Options options;
    CHECK(options.split({"--nonsense", "script.py"}) == 1);
    CHECK(options.full({"--nonsense", "-x"}) == Words{"--nonsense", "-x"});
}

TEST_CASE("Long options may be cut short as long as they can be told apart") {
    const Options options;
    CHECK(options.full({"--out", "x", "file", "--q"}) == Words{"--output", "x", "file", "--quiet"});
    CHECK(options.full({"--o=x"}) == Words{"--output=x"});
    CHECK(options.full({"--live"}) == Words{"--live"});
    CHECK(options.full({"-o", "--q"}) == Words{"-o", "--q"});
    check_refused({"--liv"}, "ambiguous option: --liv could match --live-port, --live, --live-remote");
    check_refused({"--live-"}, "ambiguous option: --live- could match --live-port, --live-remote");
}

TEST_CASE("The value of a short option may follow an equals sign") {
    const Options options;
    CHECK(options.full({"-o=x", "-qo=y"}) == Words{"-ox", "-qoy"});
    CHECK(options.full({"-o==x"}) == Words{"-o=x"});
    CHECK(options.full({"-o", "=x"}) == Words{"-o", "=x"});
}

TEST_CASE("A switch can be turned off") {
    const Options options;
    CHECK(options.full({"--live=false", "--quiet=true"}) == Words{"--quiet=true"});
    const ScannedOptions scanned = options.scan({"--live=off", "--live-remote"}, Positionals::kAnywhere);
    REQUIRE(scanned.given.size() == 2);
    CHECK(scanned.given[0].option == options.app.get_option("--live"));
    CHECK_FALSE(scanned.given[0].on);
    CHECK(scanned.given[1].on);
    CHECK(options.full({"--quiet=perhaps", "--output=false"}) == Words{"--quiet=perhaps", "--output=false"});
}

TEST_CASE("Of two options that exclude each other the later one is refused") {
    check_refused({"--live", "--live-remote"}, "argument --live-remote: not allowed with argument --live");
    check_refused({"--live-r", "--live"}, "argument --live: not allowed with argument --live-remote");
    check_refused({"-qm"}, "argument -m: not allowed with argument -q/--quiet");
}

TEST_CASE("A misspelled option is answered with what it looks like") {
    check_refused({"--outptu=x"}, "unrecognized arguments: --outptu, did you mean --output?");
    check_refused({"--life-remote"}, "unrecognized arguments: --life-remote, did you mean --live-remote?");
}

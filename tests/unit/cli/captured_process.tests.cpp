// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/captured_process.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace memray::cli;
using namespace std::chrono_literals;

namespace {

std::optional<CapturedOutput> shell(const std::string& script, std::chrono::milliseconds limit = 60s) {
    return try_capture({"/bin/sh", {"sh", "-c", script}, {"WORD=hello"}}, limit);
}

}  // namespace

TEST_CASE("Output and exit code of a command are collected, its errors are not") {
    const auto output = shell("echo $WORD; echo wrong >&2; exit 3");
    REQUIRE(output);
    CHECK(output->text == "hello\n");
    CHECK(output->exit_code == 3);
}

TEST_CASE("A command has nothing to read") {
    const auto output = shell("cat; echo end");
    REQUIRE(output);
    CHECK(output->text == "end\n");
}

TEST_CASE("A lot of output is collected") {
    const auto output =
        shell("i=0; while [ $i -lt 2000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done");
    REQUIRE(output);
    CHECK(output->text.size() == 2000 * 41);
}

TEST_CASE("A command that cannot start, is killed or takes too long has no output") {
    CHECK_FALSE(try_capture({"/nonexistent", {"x"}, {}}, 60s));
    CHECK_FALSE(shell("kill -9 $$"));
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(shell("exec sleep 1000", 50ms));
    CHECK(std::chrono::steady_clock::now() - start < 500s);
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/error.h"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace memray::base;

TEST_CASE("an error is one line and an exit code") {
    CHECK(std::string(Error("a line").what()) == "a line");
    CHECK(Error("a line").exit_code() == 1);
    CHECK(Error("wrong usage", 2).exit_code() == 2);
}

TEST_CASE("a system error says what was tried and why it failed") {
    CHECK(std::string(system_error("opening x", EACCES).what()) == "opening x: Permission denied");
    errno = ENOENT;
    CHECK(std::string(system_error("opening y").what()) == "opening y: No such file or directory");
}

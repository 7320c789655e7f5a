// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/kind.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace memray;

TEST_CASE("Colours are allowed until NO_COLOR says something") {
    ::unsetenv("NO_COLOR");
    CHECK(terminal::colours_allowed());
    ::setenv("NO_COLOR", "", 1);
    CHECK(terminal::colours_allowed());
    ::setenv("NO_COLOR", "0", 1);
    CHECK_FALSE(terminal::colours_allowed());
    ::unsetenv("NO_COLOR");
}

TEST_CASE("A kind that is empty is not one that is not set") {
    ::setenv("TERM", "", 1);
    CHECK(terminal::kind() == "");
    ::unsetenv("TERM");
    CHECK_FALSE(terminal::kind());
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/utf8.h"

#include <catch2/catch.hpp>

using namespace memray::base;

TEST_CASE("valid UTF-8 is told from other bytes") {
    CHECK(valid_utf8("plain \u00e4\u20ac\U0001f640"));
    CHECK_FALSE(valid_utf8("\xe4"));
    CHECK_FALSE(valid_utf8("\xc0\x80"));
    CHECK_FALSE(valid_utf8("\xed\xa0\x80"));
    CHECK_FALSE(valid_utf8("\xf5\x80\x80\x80"));
    CHECK_FALSE(valid_utf8("\xe2\x82"));
}

TEST_CASE("a character is its number and its bytes") {
    CHECK(first_character("\u20acx").code == 0x20ac);
    CHECK(first_character("\u20acx").bytes == 3);
    CHECK(first_character("\x82").bytes == 0);
}

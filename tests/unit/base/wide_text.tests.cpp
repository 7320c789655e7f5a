// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/wide_text.h"

#include <catch2/catch.hpp>

namespace memray::base {

using namespace std::string_literals;

TEST_CASE("text of every width becomes UTF-8") {
    CHECK(to_utf8("a\xe4", 1) == "a\u00e4");
    CHECK(to_utf8("a\0\xac\x20"s, 2) == "a\u20ac");
    CHECK(to_utf8("a\0\0\0\x40\xf6\x01\0"s, 4) == "a\U0001f640");
    CHECK(to_utf8("", 2).empty());
}

TEST_CASE("what is no character becomes a replacement character") {
    CHECK(to_utf8("\x80\xdc"s, 2) == "\ufffd");
    CHECK(to_utf8("\xff\xff\xff\xff"s, 4) == "\ufffd");
    CHECK(to_utf8("abc", 3).empty());
    CHECK(to_utf8("a\0b"s, 2) == "a");
}

}  // namespace memray::base

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/text.h"

#include <catch2/catch.hpp>
#include <string>

using namespace memray::report;

TEST_CASE("Printable text keeps UTF-8 and replaces control characters and broken bytes") {
    CHECK(printable("é名前.py") == "é名前.py");
    CHECK(printable("a\x1b[31mb\n") == "a\uFFFD[31mb\uFFFD");
    CHECK(printable("\xff\xc3") == "\uFFFD\uFFFD");
    CHECK(printable("\xc0\xaf") == "\uFFFD\uFFFD");            // overlong
    CHECK(printable("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");  // surrogate
    CHECK(printable("\u202Etxt") == "\uFFFDtxt");              // right-to-left override
}

TEST_CASE("Wide characters take two columns and combining marks none") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("é") == 1);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("名前") == 4);
    CHECK(display_width("📏") == 2);
}

TEST_CASE("Text that is too long loses its middle and keeps more of its end") {
    CHECK(shortened("short", 5) == "short");
    CHECK(shortened("/usr/lib/python3.11/json/decoder.py", 20) == "/usr/lib/…decoder.py");
    CHECK(shortened("abcdef", 1) == "…");
    CHECK(shortened("abcdef", 0).empty());
    CHECK(shortened("名前名前名前", 7) == "名…前");
    CHECK(display_width(shortened("名前名前名前", 7)) <= 7);
}

TEST_CASE("Padding counts columns, not bytes") {
    CHECK(padded("名", 4) == "名  ");
    CHECK(padded_left("é", 3) == "  é");
    CHECK(padded("long", 2) == "long");
}

TEST_CASE("Escaped text is one line and reversible") {
    CHECK(escaped("a\nb\tc\\d\x01\xff é") == "a\\nb\\tc\\\\d\\x01\\xff é");
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/text.h"

#include <catch2/catch.hpp>
#include <string>

using namespace memray::report;

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

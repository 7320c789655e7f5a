// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/printable.h"

#include <catch2/catch.hpp>
#include <string>

using namespace memray::base;

TEST_CASE("Printable text keeps UTF-8 and replaces control characters and broken bytes") {
    CHECK(printable("é名前.py") == "é名前.py");
    CHECK(printable("a\x1b[31mb\n") == "a\uFFFD[31mb\uFFFD");
    CHECK(printable("\x7f\u009b") == "\uFFFD\uFFFD");
    CHECK(printable("\xff\xc3") == "\uFFFD\uFFFD");
    CHECK(printable("\xc0\xaf") == "\uFFFD\uFFFD");            // overlong
    CHECK(printable("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");  // surrogate
}

TEST_CASE("Printable text has no characters that reorder or hide others") {
    for (const char* character : {"\u061c", "\u200b", "\u200f", "\u2028", "\u202a", "\u202e", "\u2060", "\u2066",
                                  "\u2069", "\ufeff", "\ufff9", "\U000e0041"}) {
        CHECK(printable(std::string("a") + character + "b") == "a\uFFFDb");
    }
    CHECK(printable("e\u0301 \u2027\u202f\u2070") == "e\u0301 \u2027\u202f\u2070");  // their neighbours stay
}

TEST_CASE("Printable lines keep line feeds and tabs") {
    CHECK(printable_lines("a\n\tb\r\x1b") == "a\n\tb\uFFFD\uFFFD");
}

TEST_CASE("Escaped text is one line and reversible") {
    CHECK(escaped("a\nb\tc\\d\x01\xff é") == "a\\nb\\tc\\\\d\\x01\\xff é");
    CHECK(escaped("\u202e") == "\\xe2\\x80\\xae");
}

TEST_CASE("Part of a file name leads nowhere else") {
    CHECK(file_name_part("worker 1.py") == "worker 1.py");
    CHECK(file_name_part("../../etc/passwd") == ".._.._etc_passwd");
    CHECK(file_name_part("..") == "_");
    CHECK(file_name_part(".") == "_");
    CHECK(file_name_part("").size() == 1);
    CHECK(file_name_part("-rf") == "_rf");
    CHECK(file_name_part("a\x1b]0;\n\u202e\xff") == "a_]0;___");
    CHECK(file_name_part(std::string(300, 'x')) == std::string(100, 'x'));
    CHECK(file_name_part(std::string(99, 'x') + "éy") == std::string(99, 'x'));
}

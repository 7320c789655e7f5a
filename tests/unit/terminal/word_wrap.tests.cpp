// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/word_wrap.h"

#include <catch2/catch.hpp>

using memray::terminal::word_wrapped;

TEST_CASE("Lines are as long as fits, and end with a word") {
    CHECK(word_wrapped("one two three four", 9) == "one two\nthree\nfour");
    CHECK(word_wrapped("one two three four", 10) == "one two\nthree four");
    CHECK(word_wrapped("one two three four", 18) == "one two three four");
}

TEST_CASE("Breaks in the text are ends of words like others") {
    CHECK(word_wrapped("one\ntwo  three\n", 80) == "one two three");
}

TEST_CASE("A word that is too long has a line of its own") {
    CHECK(word_wrapped("a longer-than-that b", 5) == "a\nlonger-than-that\nb");
    CHECK(word_wrapped("", 5).empty());
}

TEST_CASE("What brackets hold stays together, up to each alternative") {
    CHECK(word_wrapped("[-o OUTPUT] [--leaks | --at MOMENT] results", 12) ==
          "[-o OUTPUT]\n[--leaks |\n--at MOMENT]\nresults");
}

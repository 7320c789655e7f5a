// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/python_syntax.h"

#include <catch2/catch.hpp>

using namespace memray::tree;

namespace {

// Spans with a style in brackets: keyword k, string s, number n, comment c.
std::string marked(std::string_view text) {
    std::string result;
    for (const Span& span : python_line(text).spans) {
        const char* mark = span.look == looks::kKeyword   ? "k"
                           : span.look == looks::kString  ? "s"
                           : span.look == looks::kNumber  ? "n"
                           : span.look == looks::kComment ? "c"
                                                          : "";
        result += *mark == '\0' ? span.text : std::string(mark) + "[" + span.text + "]";
    }
    return result;
}

}  // namespace

TEST_CASE("Keywords, strings, numbers and comments are told apart") {
    CHECK(marked("    return forty + 42  # not 'x'") == "    k[return] forty + n[42]  c[# not 'x']");
    CHECK(marked(R"(x = "a#b" + 'it\'s')") == R"(x = s["a#b"] + s['it\'s'])");
    CHECK(marked(R"("""text""" if y else '')") == R"(s["""text"""] k[if] y k[else] s[''])");
    CHECK(marked("s = 'never closed") == "s = s['never closed]");
    CHECK(marked("größe = import_1") == "größe = import_1");
    CHECK(marked("").empty());
}

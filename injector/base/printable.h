// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What others have named (programs, files, functions, threads, hosts, peers), made safe to show and to use. Nothing
// that comes from a target, a capture, a file or a peer reaches a terminal without going through here.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace memray::base {

// One line of valid UTF-8: each byte or character that is not, that controls a terminal (C0, DEL, C1), breaks lines,
// changes the direction of text or is invisible becomes U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

// The same, but line feeds and tabs stay: for texts that are several lines.
[[nodiscard]] std::string printable_lines(std::string_view text);

// What printable() replaces, and backslashes, as \n, \t, \\ or \xNN: one line, and reversible.
[[nodiscard]] std::string escaped(std::string_view text);

// Writes printable(text) and a line feed.
void print_line(std::FILE* stream, std::string_view text);

// Says something to the user that is no result: "memray: TEXT" on standard error.
void tell(std::string_view text);

// For (a part of) a file name: nothing that printable() would replace, no '/', no '-' in front, never empty, "." or
// "..", at most 100 bytes.
[[nodiscard]] std::string file_name_part(std::string_view text);

}  // namespace memray::base

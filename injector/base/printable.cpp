// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/printable.h"

#include <algorithm>
#include <array>
#include <utility>

#include "injector/base/utf8.h"

namespace memray::base {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::size_t kLongestPart = 100;

using Range = std::pair<char32_t, char32_t>;
// C0, DEL and C1; of Unicode's format characters (category Cf) those that reorder, join, separate or annotate text
// without being seen, and tags; line and paragraph separators.
constexpr std::array<Range, 9> kControls{{{0x00, 0x1f},
                                          {0x7f, 0x9f},
                                          {0x61c, 0x61c},
                                          {0x180e, 0x180e},
                                          {0x200b, 0x200f},
                                          {0x2028, 0x202e},
                                          {0x2060, 0x206f},
                                          {0xfff9, 0xfffb},
                                          {0xe0000, 0xe007f}}};
constexpr char32_t kByteOrderMark = 0xfeff;

bool is_control(char32_t code) {
    return code == kByteOrderMark || std::any_of(kControls.begin(), kControls.end(), [code](const Range& range) {
               return code >= range.first && code <= range.second;
           });
}

// Hands each character or stray byte to `add`, with whether it can be shown as it is.
template <typename Add>
void for_each_character(std::string_view text, Add&& add) {
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(character.bytes, 1));
        add(bytes, character.bytes != 0 && !is_control(character.code));
        text.remove_prefix(bytes.size());
    }
}

std::string replaced(std::string_view text, std::string_view kept) {
    std::string result;
    result.reserve(text.size());
    for_each_character(text, [&](std::string_view bytes, bool shown) {
        result += shown || kept.find(bytes) != std::string_view::npos ? bytes : kReplacement;
    });
    return result;
}

std::string escaped_byte(unsigned char byte) {
    constexpr const char* kDigits = "0123456789abcdef";
    switch (byte) {
        case '\n':
            return "\\n";
        case '\t':
            return "\\t";
        case '\\':
            return "\\\\";
        default:
            return {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
}

}  // namespace

std::string printable(std::string_view text) { return replaced(text, {}); }

std::string printable_lines(std::string_view text) { return replaced(text, "\n\t"); }

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for_each_character(text, [&result](std::string_view bytes, bool shown) {
        if (shown && bytes != "\\") {
            result += bytes;
        } else {
            for (const char byte : bytes) { result += escaped_byte(static_cast<unsigned char>(byte)); }
        }
    });
    return result;
}

void print_line(std::FILE* stream, std::string_view text) {
    const std::string line = printable(text) + "\n";
    std::fwrite(line.data(), 1, line.size(), stream);
}

void tell(std::string_view text) { print_line(stderr, "memray: " + std::string(text)); }

std::string file_name_part(std::string_view text) {
    std::string result;
    bool full = false;
    for_each_character(text, [&](std::string_view bytes, bool shown) {
        const bool option = result.empty() && bytes == "-";
        const std::string_view safe = shown && bytes != "/" && !option ? bytes : "_";
        full = full || result.size() + safe.size() > kLongestPart;
        if (!full) { result += safe; }
    });
    return result.empty() || result == "." || result == ".." ? "_" : result;
}

}  // namespace memray::base

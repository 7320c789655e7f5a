// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/python_syntax.h"

#include <algorithm>
#include <array>

namespace memray::tree {
namespace {

constexpr std::array<std::string_view, 35> kKeywords{
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Bytes beyond ASCII may be letters.
bool is_word(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return is_digit(character) || character == '_' || (byte | 0x20U) - 'a' < 26U || byte >= 0x80;
}

// The length of the string that begins with a quote; to the end of the line if it does not end there.
std::size_t string_length(std::string_view text) {
    const char quote = text.front();
    const std::size_t width = text.starts_with(std::string(3, quote)) ? 3 : 1;
    for (std::size_t i = width; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text.substr(i).starts_with(text.substr(0, width))) {
            return i + width;
        }
    }
    return text.size();
}

std::size_t word_length(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word) - text.begin());
}

struct Token {
    std::size_t length;
    Look look;
};

Token first_token(std::string_view text) {
    const char first = text.front();
    if (first == '#') { return {text.size(), looks::kComment}; }
    if (first == '"' || first == '\'') { return {string_length(text), looks::kString}; }
    if (!is_word(first)) { return {1, looks::kPlain}; }
    const std::size_t length = word_length(text);
    if (is_digit(first)) { return {length, looks::kNumber}; }
    const std::string_view word = text.substr(0, length);
    const bool keyword = std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end();
    return {length, keyword ? looks::kKeyword : looks::kPlain};
}

}  // namespace

Line python_line(std::string_view text) {
    Line line;
    while (!text.empty()) {
        const Token token = first_token(text);
        if (!line.spans.empty() && line.spans.back().look == token.look) {
            line.spans.back().text += text.substr(0, token.length);
        } else {
            line.add(std::string(text.substr(0, token.length)), token.look);
        }
        text.remove_prefix(token.length);
    }
    return line;
}

}  // namespace memray::tree

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/word_wrap.h"

#include <vector>

namespace memray::terminal {
namespace {

bool is_space(char letter) { return letter == ' ' || letter == '\n'; }

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (letter == '[') { ++depth; }
        if (letter == ']') { --depth; }
        const bool ends = is_space(letter) && (depth <= 0 || text.substr(0, i).ends_with('|'));
        if (!ends) {
            words.back() += letter;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    return words;
}

}  // namespace

std::string word_wrapped(std::string_view text, std::size_t width) {
    std::string result;
    std::size_t column = 0;
    for (const std::string& word : words_of(text)) {
        if (column > 0 && !word.empty()) {
            const bool fits = column + 1 + word.size() <= width;
            result += fits ? ' ' : '\n';
            column = fits ? column + 1 : 0;
        }
        result += word;
        column += word.size();
    }
    return result;
}

}  // namespace memray::terminal

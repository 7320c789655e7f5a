// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "injector/base/utf8.h"

namespace memray::report {
namespace {

constexpr std::string_view kEllipsis = "…";

using Range = std::pair<char32_t, char32_t>;
constexpr std::array<Range, 6> kZeroWidth{
    {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}}};
constexpr std::array<Range, 11> kWide{{{0x1100, 0x115f},
                                       {0x2e80, 0x303e},
                                       {0x3041, 0xa4cf},
                                       {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},
                                       {0xff00, 0xff60},
                                       {0xffe0, 0xffe6},
                                       {0x1f300, 0x1f64f},
                                       {0x1f900, 0x1f9ff},
                                       {0x20000, 0x3fffd}}};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [code](const Range& range) { return code >= range.first && code <= range.second; });
}

std::size_t character_width(char32_t code) {
    if (contains(kZeroWidth, code)) { return 0; }
    return contains(kWide, code) ? 2 : 1;
}

struct Piece {
    std::string_view text;
    std::size_t width{0};
};

std::vector<Piece> pieces(std::string_view text) {
    std::vector<Piece> result;
    while (!text.empty()) {
        const base::Character character = base::first_character(text);
        const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
        result.push_back({text.substr(0, bytes), character.bytes == 0 ? 1 : character_width(character.code)});
        text.remove_prefix(bytes);
    }
    return result;
}

template <typename Iterator>
Iterator last_that_fits(Iterator begin, Iterator end, std::size_t width) {
    std::size_t used = 0;
    return std::find_if(begin, end, [&](const Piece& piece) { return (used += piece.width) > width; });
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const Piece& piece : pieces(text)) { width += piece.width; }
    return width;
}

std::string first_columns(std::string_view text, std::size_t width) {
    const std::vector<Piece> all = pieces(text);
    const auto end = last_that_fits(all.begin(), all.end(), width);
    std::size_t bytes = 0;
    for (auto piece = all.begin(); piece != end; ++piece) { bytes += piece->text.size(); }
    return std::string(text.substr(0, bytes));
}

std::string shortened(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) { return std::string(text); }
    if (width == 0) { return {}; }
    const std::vector<Piece> all = pieces(text);
    const std::size_t head_width = (width - 1) / 2;
    const auto head = last_that_fits(all.begin(), all.end(), head_width);
    const auto tail = last_that_fits(all.rbegin(), all.rend(), width - 1 - head_width).base();
    std::string result;
    for (auto piece = all.begin(); piece != head; ++piece) { result += piece->text; }
    result += kEllipsis;
    for (auto piece = tail; piece != all.end(); ++piece) { result += piece->text; }
    return result;
}

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t used = display_width(text);
    return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string padded_left(std::string_view text, std::size_t width) {
    const std::size_t used = display_width(text);
    return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}

}  // namespace memray::report

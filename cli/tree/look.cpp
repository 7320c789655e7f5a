// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/look.h"

namespace memray::tree {
namespace {

using report::Style;
using terminal::Colour;
using terminal::Look;

Look look_of(Style style) {
    switch (style) {
        case Style::kNone:
            break;
        case Style::kBold:
            return {.bold = true};
        case Style::kBoldMagenta:
            return {.colour = Colour::kMagenta, .bold = true};
        case Style::kCyan:
            return {.colour = Colour::kCyan};
        case Style::kRed:
            return {.colour = Colour::kRed};
        case Style::kYellow:
            return {.colour = Colour::kYellow};
        case Style::kGreen:
        case Style::kBrightGreen:
            return {.colour = Colour::kGreen};
        case Style::kDim:
            return {.dim = true};
        case Style::kReverse:
            return {.reversed = true};
    }
    return {};
}

}  // namespace

std::vector<terminal::Line> as_screen_lines(const std::vector<report::Line>& lines) {
    std::vector<terminal::Line> result(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const report::Span& span : lines[i]) { result[i].add(span.text, look_of(span.style)); }
    }
    return result;
}

}  // namespace memray::tree

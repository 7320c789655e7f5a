// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/line.h"

#include "cli/report/table.h"
#include "cli/report/text.h"

namespace memray::tree {

Look look_of_share(std::uint64_t part, std::uint64_t whole) noexcept {
    switch (report::style_of_share(part, whole)) {
        case report::Style::kRed:
            return {.colour = Colour::kRed};
        case report::Style::kYellow:
            return {.colour = Colour::kYellow};
        default:
            return {.colour = Colour::kGreen};
    }
}

Line clipped(const Line& line, std::size_t width) {
    Line result;
    for (const Span& span : line.spans) {
        result.add(report::first_columns(span.text, width), span.look);
        const std::size_t used = report::display_width(span.text);
        if (used >= width) { break; }
        width -= used;
    }
    return result;
}

}  // namespace memray::tree

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/line.h"

#include <string>

#include "cli/report/text.h"

namespace memray::live {

std::size_t width_of(const Line& line) {
    std::size_t width = 0;
    for (const Span& span : line.spans) { width += report::display_width(span.text); }
    return width;
}

void pad(Line& line, std::size_t column) {
    const std::size_t used = width_of(line);
    if (used < column) { line.add(std::string(column - used, ' ')); }
}

}  // namespace memray::live

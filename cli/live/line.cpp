// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/line.h"

#include "cli/report/text.h"

namespace memray::live {

std::size_t Line::width() const {
    std::size_t width = 0;
    for (const Span& span : spans) { width += report::display_width(span.text); }
    return width;
}

Line& Line::pad(std::size_t column) {
    const std::size_t used = width();
    if (used < column) { add(std::string(column - used, ' ')); }
    return *this;
}

}  // namespace memray::live

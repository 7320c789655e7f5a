// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of the view: how each thing in them looks, and text in columns.
#pragma once

#include <cstddef>
#include <string>

#include "cli/report/text.h"
#include "cli/terminal/line.h"

namespace memray::live {

using terminal::Colour;
using terminal::Line;
using terminal::Look;
using terminal::Span;

namespace looks {

inline constexpr Look kPlain{};
inline constexpr Look kLabel{.bold = true};
inline constexpr Look kFaint{.dim = true};
inline constexpr Look kBar{.reversed = true};  // title and keys, over the whole width
inline constexpr Look kBarKey{.bold = true, .underlined = true, .reversed = true};  // a key in it
inline constexpr Look kHeading{.bold = true};                                       // of a column
inline constexpr Look kSorted{.bold = true, .underlined = true};        // of the column that rows are sorted by
inline constexpr Look kSection{.colour = Colour::kCyan, .bold = true};  // callers, callees
inline constexpr Look kSmall{.colour = Colour::kGreen};                 // shares of the heap
inline constexpr Look kMedium{.colour = Colour::kGreen, .bold = true};
inline constexpr Look kLarge{.colour = Colour::kMagenta, .bold = true};
inline constexpr Look kHuge{.colour = Colour::kRed, .bold = true};
inline constexpr Look kHeapGraph{.colour = Colour::kGreen};
inline constexpr Look kRssGraph{.colour = Colour::kBlue};
inline constexpr Look kNotice{.colour = Colour::kGreen, .reversed = true};
inline constexpr Look kWarning{.colour = Colour::kMagenta, .bold = true};
inline constexpr Look kFailure{.colour = Colour::kRed, .bold = true};

}  // namespace looks

// Spaces up to a column; nothing if it is there already.
inline void pad(Line& line, std::size_t column) {
    const std::size_t used = report::width_of(line.spans);
    if (used < column) { line.add(std::string(column - used, ' ')); }
}

}  // namespace memray::live

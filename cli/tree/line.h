// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of the tree view: how each thing in them looks, and what fits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cli/terminal/line.h"

namespace memray::tree {

using terminal::Colour;
using terminal::Line;
using terminal::Look;
using terminal::Span;

namespace looks {

inline constexpr Look kPlain{};
inline constexpr Look kTitle{.bold = true};
inline constexpr Look kFunction{.bold = true};
inline constexpr Look kLocation{.colour = Colour::kCyan};
inline constexpr Look kFaint{.dim = true};
inline constexpr Look kCurrent{.reversed = true};  // row, or line of source
inline constexpr Look kKeys{.reversed = true};
inline constexpr Look kKeyword{.colour = Colour::kMagenta, .bold = true};
inline constexpr Look kString{.colour = Colour::kYellow};
inline constexpr Look kNumber{.colour = Colour::kCyan};
inline constexpr Look kComment{.dim = true};

}  // namespace looks

// As in all terminal reports (report::style_of_share).
[[nodiscard]] Look look_of_share(std::uint64_t part, std::uint64_t whole) noexcept;

inline void append(Line& line, const Line& more) {
    line.spans.insert(line.spans.end(), more.spans.begin(), more.spans.end());
}

// The first `width` columns.
[[nodiscard]] Line clipped(const Line& line, std::size_t width);

}  // namespace memray::tree

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Text for terminals: how many columns it takes, and how to make it take fewer. It has to be printable
// (base/printable.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memray::report {

// Columns that printable text takes: wide East Asian characters two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text);

// The same of all of `spans`, whose members have a `text`.
template <class Spans>
[[nodiscard]] std::size_t width_of(const Spans& spans) {
    std::size_t width = 0;
    for (const auto& span : spans) { width += display_width(span.text); }
    return width;
}

// What fits into `width` columns, from the start.
[[nodiscard]] std::string first_columns(std::string_view text, std::size_t width);

// At most `width` columns, the middle replaced by "…"; the end keeps the larger half.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

// Spaces added on the right or left up to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t width);
}  // namespace memray::report

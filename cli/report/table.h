// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A table in a box, for the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace memray::report {

enum class Style : std::uint8_t { kNone, kBold, kBoldMagenta, kCyan, kRed, kYellow, kGreen, kBrightGreen, kDim };

struct StyledText {
    std::string text;  // printable, without line breaks
    Style style{Style::kNone};
};
using CellLine = std::vector<StyledText>;
using Cell = std::vector<CellLine>;
using Row = std::vector<Cell>;

struct Column {
    std::size_t width{0};
    bool right{false};  // aligned to the right
};

// The colour of a part of the whole, in all terminal reports: red above 60 %, yellow above 20 %, green above 5 %.
[[nodiscard]] Style style_of_share(std::uint64_t part, std::uint64_t whole) noexcept;

// Cells must fit their columns. `padding` spaces on both sides of each.
[[nodiscard]] std::string box_table(const std::vector<Column>& columns, const Row& header, const std::vector<Row>& rows,
                                    std::size_t padding, bool colour);

}  // namespace memray::report

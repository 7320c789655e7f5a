// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/table.h"

#include <algorithm>
#include <string_view>

#include "cli/report/text.h"

namespace memray::report {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

std::string_view code(Style style) {
    switch (style) {
        case Style::kNone:
            break;
        case Style::kBold:
            return "\x1b[1m";
        case Style::kBoldMagenta:
            return "\x1b[1;35m";
        case Style::kCyan:
            return "\x1b[36m";
        case Style::kRed:
            return "\x1b[31m";
        case Style::kYellow:
            return "\x1b[33m";
        case Style::kGreen:
            return "\x1b[32m";
        case Style::kBrightGreen:
            return "\x1b[92m";
        case Style::kDim:
            return "\x1b[2m";
    }
    return {};
}

struct Border {
    std::string_view left, fill, middle, right;
};
constexpr Border kTop{"┏", "━", "┳", "┓"};
constexpr Border kBelowHeader{"┡", "━", "╇", "┩"};
constexpr Border kBottom{"└", "─", "┴", "┘"};

class BoxTable {
public:
    BoxTable(const std::vector<Column>& columns, std::size_t padding, bool colour)
        : columns_(columns), padding_(padding), colour_(colour) {}

    void border(const Border& border) {
        text_ += border.left;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) { text_ += border.middle; }
            for (std::size_t n = 0; n < columns_[i].width + 2 * padding_; ++n) { text_ += border.fill; }
        }
        text_ += border.right;
        text_ += '\n';
    }

    // The header's lines stand at the bottom of their row, those of data at the top.
    void row(const Row& row, std::string_view edge, bool bottom) {
        std::size_t height = 0;
        for (const Cell& cell : row) { height = std::max(height, cell.size()); }
        for (std::size_t line = 0; line < height; ++line) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                text_ += edge;
                const std::size_t skipped = bottom ? height - row[i].size() : 0;
                const bool filled = line >= skipped && line - skipped < row[i].size();
                cell_line(filled ? row[i][line - skipped] : CellLine{}, columns_[i]);
            }
            text_ += edge;
            text_ += '\n';
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void cell_line(const CellLine& line, const Column& column) {
        const std::size_t used = width_of(line);
        const std::string space(used < column.width ? column.width - used : 0, ' ');
        const std::string margin(padding_, ' ');
        text_ += column.right ? margin + space : margin;
        for (const StyledText& part : line) { add(part); }
        text_ += column.right ? margin : space + margin;
    }
    void add(const StyledText& part) {
        const bool styled = colour_ && part.style != Style::kNone;
        if (styled) { text_ += code(part.style); }
        text_ += part.text;
        if (styled) { text_ += kReset; }
    }

    const std::vector<Column>& columns_;
    std::size_t padding_;
    bool colour_;
    std::string text_;
};

}  // namespace

Style style_of_share(std::uint64_t part, std::uint64_t whole) noexcept {
    const double share = whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    if (share > 0.6) { return Style::kRed; }
    if (share > 0.2) { return Style::kYellow; }
    return share > 0.05 ? Style::kGreen : Style::kBrightGreen;
}

std::string box_table(const std::vector<Column>& columns, const Row& header, const std::vector<Row>& rows,
                      std::size_t padding, bool colour) {
    BoxTable table(columns, padding, colour);
    table.border(kTop);
    table.row(header, "┃", true);
    table.border(kBelowHeader);
    for (const Row& row : rows) { table.row(row, "│", false); }
    table.border(kBottom);
    return table.text();
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/summary_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report/format.h"
#include "cli/report/summary_rows.h"
#include "cli/report/table.h"
#include "cli/report/text.h"

namespace memray::report {
namespace {

constexpr std::size_t kColumns = kSummaryColumns + 1;
constexpr std::size_t kWide = 110;          // terminals from here on can afford spaces beside the borders
constexpr std::size_t kNarrowestFile = 12;  // below, the file goes on a line of its own
constexpr std::size_t kNarrowest = 10;
constexpr std::string_view kAt = " at ";

// One word per line: the columns are narrow.
Cell header_cell(const std::string& title) {
    Cell cell;
    std::size_t begin = 0;
    while (begin < title.size()) {
        const std::size_t end = std::min(title.find(' ', begin), title.size());
        cell.push_back({{title.substr(begin, end - begin), Style::kBold}});
        begin = end + 1;
    }
    return cell;
}

std::size_t cell_width(const Cell& cell) {
    std::size_t width = 0;
    for (const CellLine& line : cell) { width = std::max(width, width_of(line)); }
    return width;
}

// "function at file" if that fits or fits with a shorter file, else on two lines.
Cell location_cell(const SummaryRow& row, std::size_t width) {
    if (row.file.empty()) { return {{{shortened(row.function, width), Style::kBoldMagenta}}}; }
    const std::size_t beside = display_width(row.function) + kAt.size();
    const bool one_line = beside + std::min(display_width(row.file), kNarrowestFile * 2) <= width;
    if (one_line) {
        return {{{row.function, Style::kBoldMagenta},
                 {std::string(kAt)},
                 {shortened(row.file, width - beside), Style::kCyan}}};
    }
    const std::string function = shortened(row.function, width - std::min(width, kAt.size() - 1));
    return {{{function, Style::kBoldMagenta}, {" at"}}, {{shortened(row.file, width), Style::kCyan}}};
}

std::vector<Column> columns_for(const Summary& summary, const Row& header, std::size_t width, std::size_t padding) {
    std::vector<Column> columns(kColumns);
    std::size_t used = kColumns + 1 + 2 * padding * kColumns;
    for (std::size_t i = 1; i < kColumns; ++i) {
        columns[i] = {cell_width(header[i]), true};
        for (const SummaryRow& row : summary.rows) {
            columns[i].width = std::max(columns[i].width, row.numbers[i - 1].size());
        }
        used += columns[i].width;
    }
    columns[0].width = std::max(kNarrowest, width > used ? width - used : 0);
    return columns;
}

std::string around(const Summary& summary, const std::string& table) {
    std::string text;
    for (const std::string& line : summary.preamble) { text += line + "\n"; }
    if (summary.rows.empty()) { return text + "\n" + summary.nothing + "\n"; }
    text += "\n" + table;
    if (summary.left_out > 0) {
        text += fmt::format("{} not shown (see --max-rows)\n", counted(summary.left_out, "more row"));
    }
    if (!summary.hint.empty()) { text += summary.hint + "\n"; }
    return text;
}

std::array<std::string, kColumns> plain_cells(const SummaryRow& row) {
    std::array<std::string, kColumns> cells{row.function + (row.file.empty() ? "" : std::string(kAt) + row.file)};
    std::copy(row.numbers.begin(), row.numbers.end(), cells.begin() + 1);
    return cells;
}

}  // namespace

std::string summary_box(const Summary& summary, std::size_t width, bool colour) {
    Row header;
    for (const std::string& title : summary.titles) { header.push_back(header_cell(title)); }
    const std::size_t padding = width >= kWide ? 1 : 0;
    const std::vector<Column> columns = columns_for(summary, header, width, padding);
    std::vector<Row> rows;
    for (const SummaryRow& row : summary.rows) {
        Row cells{location_cell(row, columns[0].width)};
        for (std::size_t i = 0; i < row.numbers.size(); ++i) { cells.push_back({{{row.numbers[i], row.styles[i]}}}); }
        rows.push_back(std::move(cells));
    }
    return around(summary, box_table(columns, header, rows, padding, colour));
}

std::string summary_plain(const Summary& summary) {
    std::vector<std::array<std::string, kColumns>> lines{summary.titles};
    for (const SummaryRow& row : summary.rows) { lines.push_back(plain_cells(row)); }
    std::array<std::size_t, kColumns> widths{};
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < kColumns; ++i) { widths[i] = std::max(widths[i], display_width(line[i])); }
    }
    std::string table;
    for (const auto& line : lines) {
        table += padded(line[0], widths[0]);
        for (std::size_t i = 1; i < kColumns; ++i) { table += "  " + padded_left(line[i], widths[i]); }
        table += '\n';
    }
    return around(summary, table);
}

std::string summary_box(const capture::Profile& profile, const StackView& view, const SummaryOptions& options,
                        std::size_t width, bool colour) {
    return summary_box(summarize(profile, view, options), width, colour);
}

std::string summary_plain(const capture::Profile& profile, const StackView& view, const SummaryOptions& options) {
    return summary_plain(summarize(profile, view, options));
}

}  // namespace memray::report

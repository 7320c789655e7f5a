// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The content of the summary, before it is laid out for a terminal or a pipe.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "cli/report/locations.h"
#include "cli/report/summary_report.h"
#include "cli/report/table.h"

namespace memray::report {

struct SummaryRow {
    std::string function;
    std::string file;
    std::array<std::string, kSummaryColumns> numbers;
    std::array<Style, kSummaryColumns> styles{};
};

struct Summary {
    std::vector<std::string> preamble;  // lines above the table
    std::array<std::string, kSummaryColumns + 1> titles;
    std::vector<SummaryRow> rows;
    std::size_t left_out{0};                         // rows beyond the limit
    std::string nothing{"No allocations to show."};  // said in place of a table without rows
    std::string hint;                                // below the table, if not empty
};

// The order of rows that a column stands for, or kOwnMemoryFirst.
[[nodiscard]] LocationOrder order_of(int column);

[[nodiscard]] Summary summarize(const capture::Profile& profile, const StackView& view, const SummaryOptions& options);

// A box no wider than `width`.
[[nodiscard]] std::string summary_box(const Summary& summary, std::size_t width, bool colour);
// Aligned columns, nothing cut short.
[[nodiscard]] std::string summary_plain(const Summary& summary);

}  // namespace memray::report

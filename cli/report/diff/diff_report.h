// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What grew and what shrank between two captures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/report/diff/comparison.h"
#include "cli/report/source_lines.h"
#include "cli/report/summary_rows.h"

namespace memray::report {

struct DiffOptions {
    SelectionChoice selection;
    std::size_t max_rows{10};
};

// A line of both captures, with what it allocated itself (own) and with what it called (total).
struct DiffRow {
    std::string function;
    std::string file;
    std::uint32_t line{0};          // in the new capture, if it is there; 0: not known
    capture::Amount before, after;  // total bytes, allocations behind them
    std::uint64_t own_before{0};
    std::uint64_t own_after{0};
};

// Lines whose numbers changed, the largest change of their own memory first.
[[nodiscard]] std::vector<DiffRow> diff_rows(const Comparison& comparison);

// "Live at the peak: 12.000MB before, 15.000MB after: +3.000MB (+25.00%)"
[[nodiscard]] std::string diff_heading(const Comparison& comparison, SelectionChoice choice);

// The heading, and what has to be said before it and after it.
[[nodiscard]] std::vector<std::string> diff_preamble(const Comparison& comparison, SelectionChoice choice);

// For summary_box() and summary_plain().
[[nodiscard]] Summary diff_summary(const Comparison& comparison, const DiffOptions& options);

// One line per call that changed or leads to one, indented below its caller.
[[nodiscard]] std::string diff_tree(const Comparison& comparison, SelectionChoice choice);

// Fields: selection, before and after {bytes, num_allocations, metadata}, different_phases (see peak_phases.h),
// rows[function, file, line, and before, after and change, each with total_bytes, own_bytes, num_allocations].
[[nodiscard]] std::string diff_json(const Comparison& comparison, const capture::Profile& before,
                                    const capture::Profile& after, const DiffOptions& options);

// For the flame graph page: see flamegraph_data.h. Its metrics are "after", "before" and "change".
[[nodiscard]] std::string diff_page_data(const Comparison& comparison, SelectionChoice choice, bool complete,
                                         Confidential confidential = Confidential::kDefault);

}  // namespace memray::report

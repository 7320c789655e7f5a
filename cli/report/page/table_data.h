// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The data of a table page: one row for each allocating line and allocator, and thread if asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

struct TableRow {
    std::uint32_t thread{0};  // threads of the profile; or kAllThreads
    capture::Allocator allocator{capture::Allocator::kNone};
    std::string location;  // see frame_text(); "1234 smaller rows" in a row that stands for others
    capture::Amount amount;
    std::uint32_t folded{0};  // rows that this one stands for, 0 for an ordinary row
};

// Rows that hold anything, largest first.
[[nodiscard]] std::vector<TableRow> table_rows(const capture::Profile& profile, const StackView& view,
                                               const Selection& selection, bool split_threads);

// The first `most` rows, and one for all others, so that the sums stay what they were.
[[nodiscard]] std::vector<TableRow> folded(const std::vector<TableRow>& rows, std::size_t most);

// JSON as in flamegraph_data.h, with rows: [[thread or "", allocator or "", bytes, allocations, location]]. Rows are
// folded until a page with it is below 5 MB, unless it is to be complete.
[[nodiscard]] std::string table_data(const capture::Profile& profile, const std::vector<TableRow>& rows,
                                     const std::string& title, bool split_threads, std::size_t most_snapshots,
                                     bool complete);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The data of a table page: one row for each allocating line and allocator, and thread if asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

struct TableRow {
    std::uint32_t thread{0};  // threads of the profile; or kAllThreads
    capture::Allocator allocator{capture::Allocator::kNone};
    std::string location;  // see frame_text(); "1234 smaller rows" in a row that stands for others
    std::string own;       // the location in my code (my_code.h), if it is another one
    capture::Amount amount;
    std::uint64_t total{0};      // bytes of the location with all that it called, whatever the allocator
    std::uint64_t own_total{0};  // the same of `own`
    std::uint32_t folded{0};     // rows that this one stands for, 0 for an ordinary row
};

// The lines of a view.
struct Lines {
    std::vector<std::uint32_t> of_site;                     // the frame that each site allocates in
    std::unordered_map<std::string, std::uint64_t> totals;  // by location: bytes with all that it called
};
[[nodiscard]] Lines lines_of(const StackView& view, const Selection& selection);

// Rows that hold anything, largest first. `all`: what lines_of() said of a view that has been reduced to my code since,
// if rows are to have both locations; else empty.
[[nodiscard]] std::vector<TableRow> table_rows(const capture::Profile& profile, const StackView& view, const Lines& all,
                                               const Selection& selection, bool split_threads);

struct TableOptions {
    std::string title;
    bool split_threads{false};
    bool all_frames{false};  // at first; else my code
    std::size_t most_snapshots{10'000};
    bool complete{false};  // however large the page becomes
    std::string subject;   // what was selected, as selection_title() says it
    bool leaks{false};     // it is about what was not freed
};

// The first `most` rows, and one for all others, so that the sums stay what they were.
[[nodiscard]] std::vector<TableRow> folded(const std::vector<TableRow>& rows, std::size_t most);

// JSON as in flamegraph_data.h, with rows: [[thread or "", allocator or "", bytes, allocations, location, the location
// in my code if it is another one, else "", total bytes of the location, those of the other]]. Rows are folded until a
// page with it is below 5 MB, unless it is to be complete.
[[nodiscard]] std::string table_data(const capture::Profile& profile, const std::vector<TableRow>& rows,
                                     const TableOptions& options);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks of one location, as rows: who called it, which of its lines allocate, whom it called.
#pragma once

#include <vector>

#include "cli/live/rows.h"

namespace memray::live {

struct Place {
    std::string function;
    std::string file;

    friend bool operator==(const Place&, const Place&) = default;
};

inline constexpr std::string_view kNoCaller = "<start of the thread>";

// What is allocated in a call counts for each place that takes part in it, once. Calls of the location by itself are
// not shown. The total of kItself rows is their own.
[[nodiscard]] std::vector<Row> relatives(const report::StackView& view, const report::Selection& selection,
                                         const Place& place);

}  // namespace memray::live

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray summary` prints: the functions that allocate most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/report/locations.h"
#include "injector/capture/profile.h"

namespace memray::report {

inline constexpr int kSummaryColumns = 5;  // that can be sorted by, from 1
inline constexpr int kOwnMemoryFirst = 0;  // sorted by own memory, whose columns then stand before those of the total

struct SummaryOptions {
    int sort_column{kOwnMemoryFirst};
    std::size_t max_rows{10};
    SelectionChoice selection;
    bool all_frames{false};  // the view has not been reduced to my_code.h
};

// A box no wider than `width`.
[[nodiscard]] std::string summary_box(const capture::Profile& profile, const StackView& view,
                                      const SummaryOptions& options, std::size_t width, bool colour);
// Aligned columns, nothing cut short.
[[nodiscard]] std::string summary_plain(const capture::Profile& profile, const StackView& view,
                                        const SummaryOptions& options);
// Fields: selection, frames ("own" or "all"), bytes, num_allocations, rows[function, file, total_bytes, own_bytes,
// num_allocations], metadata.
[[nodiscard]] std::string summary_json(const capture::Profile& profile, const StackView& view,
                                       const SummaryOptions& options);

}  // namespace memray::report

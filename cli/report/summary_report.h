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

struct SummaryOptions {
    int sort_column{1};
    std::size_t max_rows{10};
    SelectionChoice selection;
};

// A box no wider than `width`.
[[nodiscard]] std::string summary_box(const capture::Profile& profile, const StackView& view,
                                      const SummaryOptions& options, std::size_t width, bool colour);
// Aligned columns, nothing cut short.
[[nodiscard]] std::string summary_plain(const capture::Profile& profile, const StackView& view,
                                        const SummaryOptions& options);
// Fields: selection, bytes, num_allocations, rows[function, file, total_bytes, own_bytes, num_allocations], metadata.
[[nodiscard]] std::string summary_json(const capture::Profile& profile, const StackView& view,
                                       const SummaryOptions& options);

}  // namespace memray::report

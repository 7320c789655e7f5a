// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray stats` prints: for people, or as JSON.
#pragma once

#include <cstddef>
#include <string>

#include "cli/report/stack_view.h"

namespace memray::report {

// The view says which stacks count for locations and modules; all other numbers are of the whole run.
[[nodiscard]] std::string stats_text(const capture::Profile& profile, const StackView& view, std::size_t largest,
                                     bool colour);
[[nodiscard]] std::string stats_json(const capture::Profile& profile, const StackView& view, std::size_t largest);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray stats`: its numbers, and what it prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

// A name, and how much was allocated there in the whole run.
struct Ranked {
    std::string name;
    capture::Amount amount;
};

struct Statistics {
    std::vector<Ranked> allocators;  // that were used, most allocations first
    std::vector<Ranked> locations_by_size;
    std::vector<Ranked> locations_by_count;
    std::vector<Ranked> modules_by_size;
    std::vector<Ranked> modules_by_count;
};

// Locations and modules are those of the view; allocators are those of the whole run. Rankings hold at most `largest`
// entries; equal amounts are in order of name.
[[nodiscard]] Statistics compute_statistics(const capture::Profile& profile, const StackView& view,
                                            std::size_t largest);

// What the command prints: for people, or as JSON. The view says which stacks count for locations and modules.
[[nodiscard]] std::string stats_text(const capture::Profile& profile, const StackView& view, std::size_t largest,
                                     bool colour);
[[nodiscard]] std::string stats_json(const capture::Profile& profile, const StackView& view, std::size_t largest);

}  // namespace memray::report

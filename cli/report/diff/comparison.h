// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Two captures side by side, as one set of stacks with an amount before and one after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/report/diff/joined_view.h"
#include "cli/report/diff/matching_files.h"
#include "cli/report/selection.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

// Live at the one peak and not at the other one, though the other run allocated it as well. Bytes (peak_phases.h).
struct PhasesOfPeaks {
    std::uint64_t only_before{0};
    std::uint64_t only_after{0};
};

struct Comparison {
    capture::Profile profile;  // what the new capture says of its run; the sites of both
    StackView view;            // the old capture's code is called what it is in the new one (joined_view.h)
                               // and arenas are one row (pooled_arenas.h)
    std::size_t new_frames;    // frames of the view that the new capture has come first
    std::size_t new_sites;     // and so do its sites
    Selection before;          // of the sites of both; nothing at those of the new capture
    Selection after;           // and the other way round
    // What has to be said of recordings that did not begin with their program (resident.h).
    std::vector<std::string> beginnings;
    std::optional<PhasesOfPeaks> phases;  // of peaks alone, if they are of different ones
};

[[nodiscard]] Comparison compare(const Compared& before, const Compared& after, SelectionChoice choice,
                                 const std::vector<PathMap>& maps = {});

// How much more (or less) there is after than before.
struct Change {
    std::int64_t bytes{0};
    std::int64_t count{0};
};
[[nodiscard]] Change change(const capture::Amount& before, const capture::Amount& after) noexcept;

// "+1.000MB", "-960.000B", "0.000B"
[[nodiscard]] std::string change_text(std::int64_t bytes);

}  // namespace memray::report

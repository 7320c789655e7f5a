// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/peak_phases.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/call_tree.h"
#include "cli/report/format.h"

namespace memray::report {
namespace {

constexpr std::uint64_t kSmallestPart = 10;  // of a peak

// What either run ever allocated.
Selection totals_of(const Comparison& comparison, bool of_new) {
    Selection totals = allocated(comparison.profile);
    for (std::size_t i = 0; i < totals.size(); ++i) {
        if ((i < comparison.new_sites) != of_new) { totals[i] = {}; }
    }
    return totals;
}

// What `here` has more than `there`, as far as it was allocated there at all.
std::uint64_t only_here(std::uint64_t here, std::uint64_t there, std::uint64_t allocated_there) {
    return here > there ? std::min(here - there, allocated_there - std::min(allocated_there, there)) : 0;
}

}  // namespace

std::optional<PhasesOfPeaks> different_phases(const Comparison& comparison) {
    const CallTree tree = build_call_tree(
        comparison.profile, comparison.view,
        {comparison.before, comparison.after, totals_of(comparison, false), totals_of(comparison, true)}, {});
    PhasesOfPeaks phases;
    std::uint64_t before_peak = 0;
    std::uint64_t after_peak = 0;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const std::uint64_t before = tree.own[0][i].bytes;
        const std::uint64_t after = tree.own[1][i].bytes;
        phases.only_before += only_here(before, after, tree.own[3][i].bytes);
        phases.only_after += only_here(after, before, tree.own[2][i].bytes);
        before_peak += before;
        after_peak += after;
    }
    const bool differ =
        phases.only_before > before_peak / kSmallestPart && phases.only_after > after_peak / kSmallestPart;
    return differ ? std::optional(phases) : std::nullopt;
}

std::string phases_note(const Comparison& comparison) {
    const auto& phases = comparison.phases;
    if (!phases) { return {}; }
    return fmt::format(
        "The peaks are of different phases: {} of the old one and {} of the new one were allocated by the other run, "
        "too, but not live at its peak. Compare with --at end, --at leaks or --at total",
        size_text(phases->only_before), size_text(phases->only_after));
}

}  // namespace memray::report

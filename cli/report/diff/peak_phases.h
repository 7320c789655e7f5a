// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether the peaks of two captures are of the same phase of the program. If not, their difference says little: what
// the one was doing at its peak, the other did as well, but at another time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/report/diff/comparison.h"

namespace memray::report {

struct PhasesOfPeaks {
    // Live at the one peak and not at the other one, though the other run allocated it as well. Bytes.
    std::uint64_t only_before{0};
    std::uint64_t only_after{0};
};

// Nothing if either is less than a tenth of its peak. `comparison` is one of peaks.
[[nodiscard]] std::optional<PhasesOfPeaks> different_phases(const Comparison& comparison);

// What to say of that; empty if there is nothing to say, or it is no comparison of peaks.
[[nodiscard]] std::string phases_note(const Comparison& comparison, SelectionChoice choice);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether the peaks of two captures are of the same phase of the program. If not, their difference says little: what
// the one was doing at its peak, the other did as well, but at another time.
#pragma once

#include <optional>
#include <string>

#include "cli/report/diff/comparison.h"

namespace memray::report {

// Nothing if either is less than a tenth of its peak. `comparison` is one of peaks; compare() has this done.
[[nodiscard]] std::optional<PhasesOfPeaks> different_phases(const Comparison& comparison);

// What to say of that; empty if there is nothing to say.
[[nodiscard]] std::string phases_note(const Comparison& comparison);

}  // namespace memray::report

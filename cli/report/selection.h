// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which allocations a report is about: an amount per site.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

// One entry per site of the profile, in the same order.
using Selection = std::vector<capture::Amount>;

// Live when the heap was largest.
[[nodiscard]] Selection at_peak(const capture::Profile& profile);

// Freed by their own thread after at most `threshold` further allocations of that thread.
[[nodiscard]] Selection temporary(const capture::Profile& profile, std::uint32_t threshold);

// Captures distinguish lifetimes in classes: the smallest threshold that is not less and does not cut a class.
[[nodiscard]] std::uint32_t usable_threshold(std::uint32_t threshold) noexcept;

[[nodiscard]] capture::Amount sum(const Selection& selection) noexcept;

}  // namespace memray::report

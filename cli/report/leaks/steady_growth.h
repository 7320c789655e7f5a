// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether memory that a place holds grows steadily: the rule by which `memray leaks` finds its suspects.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace memray::report {

struct Growth {
    std::uint64_t bytes{0};    // more than at the first moment at which it held something that it never gave back
    double bytes_per_step{0};  // from one moment to the next: the median of all pairs of moments
    std::uint32_t rose{0};     // at so many moments it held more for good than at the one before
    std::uint32_t moments{0};  // of so many
};

// `live`: bytes at moments of equal distance. Nothing if they do not grow steadily, or are too few to tell.
[[nodiscard]] std::optional<Growth> steady_growth(const std::vector<std::uint64_t>& live);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Allocation sizes in bins that grow by the same factor from the smallest to the largest size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

inline constexpr std::size_t kHistogramBins = 10;

// Sizes from `min_bytes` to `max_bytes`, both included. Neighbouring bins can be empty ranges (max < min) when the
// sizes are close to each other.
struct Bin {
    std::uint64_t min_bytes{0};
    std::uint64_t max_bytes{0};
    std::uint64_t count{0};
};

// The first bin starts at 0, the last one ends with the largest size. No bins if there are no sizes.
[[nodiscard]] std::vector<Bin> histogram(const std::vector<capture::SizeCount>& sizes, std::size_t bins);

// The chart: a line per bin, bars of at most `bar_width` blocks, between the smallest and the largest size.
[[nodiscard]] std::string histogram_text(const std::vector<capture::SizeCount>& sizes, std::size_t bins,
                                         std::size_t bar_width, const std::string& indent);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/stats/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/report/format.h"

namespace memray::report {
namespace {

// The first size that no longer belongs to each bin but the last.
std::vector<std::uint64_t> upper_bounds(std::uint64_t smallest, std::uint64_t largest, std::size_t bins) {
    double low = std::log(static_cast<double>(smallest));
    const double high = std::log(static_cast<double>(largest));
    if (smallest == largest) { low /= 2; }
    const double step = (high - low) / static_cast<double>(bins);
    std::vector<std::uint64_t> bounds;
    for (std::size_t i = 1; i < bins; ++i) {
        bounds.push_back(static_cast<std::uint64_t>(std::exp(low + step * static_cast<double>(i))));
    }
    return bounds;
}

std::uint64_t smallest_positive(const std::vector<capture::SizeCount>& sizes) {
    const std::size_t first = sizes.front().size == 0 && sizes.size() > 1 ? 1 : 0;
    return std::max<std::uint64_t>(sizes[first].size, 1);
}

std::string bar(std::uint64_t count, std::uint64_t largest, std::size_t width) {
    const double share = static_cast<double>(count) / static_cast<double>(largest);
    const auto blocks = static_cast<std::size_t>(std::ceil(share * static_cast<double>(width)));
    std::string text;
    for (std::size_t i = 0; i < blocks; ++i) { text += "▇"; }
    return text;
}

}  // namespace

std::vector<Bin> histogram(const std::vector<capture::SizeCount>& sizes, std::size_t bins) {
    if (sizes.empty() || bins == 0) { return {}; }
    const std::uint64_t largest = std::max<std::uint64_t>(sizes.back().size, 1);
    const std::vector<std::uint64_t> bounds = upper_bounds(smallest_positive(sizes), largest, bins);
    std::vector<Bin> result(bins);
    for (std::size_t i = 0; i + 1 < bins; ++i) {
        result[i].max_bytes = std::max<std::uint64_t>(bounds[i], 1) - 1;
        result[i + 1].min_bytes = bounds[i];
    }
    result.back().max_bytes = sizes.back().size;
    for (const capture::SizeCount& entry : sizes) {
        const auto bound = std::upper_bound(bounds.begin(), bounds.end(), entry.size);
        result[static_cast<std::size_t>(bound - bounds.begin())].count += entry.count;
    }
    return result;
}

std::string histogram_text(const std::vector<capture::SizeCount>& sizes, std::size_t bins, std::size_t bar_width,
                           const std::string& indent) {
    const std::vector<Bin> all = histogram(sizes, bins);
    if (all.empty()) { return indent + "<no data for histogram>\n"; }
    std::uint64_t most = 1;
    for (const Bin& bin : all) { most = std::max(most, bin.count); }
    constexpr std::size_t kSizeWidth = 9;  // 999.999MB
    const std::size_t count_width = std::to_string(most).size();
    const std::string rule(2 + kSizeWidth + 2 + count_width + 1 + bar_width, '-');
    std::string text = fmt::format("{0}min: {1}\n{0}{2}\n", indent, size_text(sizes.front().size), rule);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool last = i + 1 == all.size();
        const std::uint64_t bound = last ? all[i].max_bytes : all[i + 1].min_bytes;
        text += fmt::format("{}{}{:<{}}: {:>{}} {}\n", indent, last ? "<=" : "< ", size_text(bound), kSizeWidth,
                            all[i].count, count_width, bar(all[i].count, most, bar_width));
    }
    return text + fmt::format("{0}{2}\n{0}max: {1}\n", indent, size_text(sizes.back().size), rule);
}

}  // namespace memray::report

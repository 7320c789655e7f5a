// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/size_counts.h"

#include <algorithm>

namespace memray::collector {

std::vector<capture::SizeCount> SizeCounts::sorted() const {
    std::vector<capture::SizeCount> counts;
    for (std::size_t size = 0; size < kSmall; ++size) {
        if (small_[size] != 0) { counts.push_back({size, small_[size]}); }
    }
    const auto first_large = static_cast<std::ptrdiff_t>(counts.size());
    for (std::uint32_t i = 0; i < large_.size(); ++i) { counts.push_back({index_.key(i), large_[i]}); }
    std::sort(counts.begin() + first_large, counts.end(), [](const auto& a, const auto& b) { return a.size < b.size; });
    return counts;
}

}  // namespace memray::collector

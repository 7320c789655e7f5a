// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/size_counts.h"

#include <catch2/catch.hpp>

namespace memray::collector {

TEST_CASE("every size is counted, in ascending order") {
    SizeCounts counts;
    for (const std::uint64_t size : {5000U, 0U, 2047U, 2048U, 5000U, 0U, 3000U}) { counts.add(size); }
    const auto sorted = counts.sorted();
    REQUIRE(sorted.size() == 5);
    const std::uint64_t sizes[] = {0, 2047, 2048, 3000, 5000};
    const std::uint64_t expected[] = {2, 1, 1, 1, 2};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(sorted[i].size == sizes[i]);
        CHECK(sorted[i].count == expected[i]);
    }
}

}  // namespace memray::collector

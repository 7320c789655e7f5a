// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A moment of the recording, such that what was allocated after it can be told from what was allocated before: exactly,
// though blocks know neither their time nor their number, only their time bucket and their thread's count.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace memray::collector {

struct Mark {
    std::uint32_t bucket{0};  // of time
    std::uint32_t folds{0};   // of the buckets so far
    // What each thread had allocated; nothing for threads that had ended. Threads beyond are younger than the mark.
    std::vector<std::optional<std::uint32_t>> allocations;
};

}  // namespace memray::collector

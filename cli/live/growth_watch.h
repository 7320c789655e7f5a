// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What functions held themselves while they were watched, and which of them grow steadily: by the rule of `memray
// leaks` (report/leaks/steady_growth.h), at the moments at which the recorder sent something new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/live/rows.h"

namespace memray::live {

class GrowthWatch {
public:
    // All locations now. Of many moments every second one is kept, again and again.
    void sample(const std::vector<Row>& rows);
    void forget();

    [[nodiscard]] bool grows(const Row& row) const;

private:
    static constexpr std::size_t kMostMoments = 128;
    using Curve = std::vector<std::uint64_t>;

    void thin();

    std::map<std::pair<std::string, std::string>, Curve> own_;  // by function and file
    std::size_t moments_{0};
    std::size_t stride_{1};  // samples from one moment to the next
    std::size_t samples_{0};
};

}  // namespace memray::live

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What sites held over time: live bytes at the end of each time bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "cli/report/selection.h"
#include "injector/capture/profile.h"

namespace memray::report {

class LiveCurves {
public:
    // Of buckets of the profile, which has to stay. `processes`: a number for each site.
    LiveCurves(const capture::Profile& profile, TimeRange range, std::vector<std::uint32_t> processes);

    [[nodiscard]] std::vector<std::uint64_t> of(const std::vector<std::uint32_t>& sites) const;
    // Of these sites at the end.
    [[nodiscard]] capture::Amount last(const std::vector<std::uint32_t>& sites) const;

    // The part of the sites' curve in which their processes were busy: buckets in which anything of theirs was
    // allocated or freed that outlived one. A program that waits, or is over, does not level off.
    [[nodiscard]] std::vector<std::uint64_t> busy_part(const std::vector<std::uint64_t>& curve,
                                                       const std::vector<std::uint32_t>& sites) const;

private:
    const capture::Profile& profile_;
    const TimeRange range_;
    std::vector<std::size_t> first_of_;  // intervals, for each site, and behind the last one
    const std::vector<std::uint32_t> processes_;
    std::map<std::uint32_t, std::vector<bool>> busy_;  // for each process, and bucket
};

}  // namespace memray::report

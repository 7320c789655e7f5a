// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray leaks` says: places whose memory grows steadily, with their curves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/report/leaks/suspects.h"

namespace memray::report {

struct LeaksOptions {
    std::size_t most{10};    // suspects
    bool all_frames{false};  // the view has not been reduced to my_code.h
    TimeRange range;
};

// "▁▂▃▅█": `width` columns at most, each the largest of its part of the curve.
[[nodiscard]] std::string sparkline(const std::vector<std::uint64_t>& curve, std::size_t width);

[[nodiscard]] std::string leaks_text(const capture::Profile& profile, const StackView& view,
                                     const LeaksOptions& options);
// Fields: frames ("own" or "all"), from_seconds, to_seconds, bucket_seconds, suspects[] of function, file, line,
// callers[] of the same three, live_bytes, live_num_allocations, grown_bytes, bytes_per_second, rose, moments, curve[];
// metadata.
[[nodiscard]] std::string leaks_json(const capture::Profile& profile, const StackView& view,
                                     const LeaksOptions& options);

// The same, of what a page is to say of it: bucket_seconds and the first suspects of my code. `view`: of all frames.
// null if the profile says nothing of growth over time.
[[nodiscard]] nlohmann::ordered_json growth_json(const capture::Profile& profile, const StackView& view);

}  // namespace memray::report

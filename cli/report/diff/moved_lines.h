// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of a function in two versions of its source: which of the newer one are those of the older one.
#pragma once

#include <cstdint>
#include <map>
#include <set>

namespace memray::report {

// From lines of `before` to lines of `after`, both in ascending order. As many lines on both sides are the same ones,
// in order. Otherwise most of them moved together: as the first, as the last, or not at all, whatever makes most lines
// meet; others that lie between two of these are matched in order. A line without a partner is not in the result.
[[nodiscard]] std::map<std::uint32_t, std::uint32_t> moved_lines(const std::set<std::uint32_t>& before,
                                                                 const std::set<std::uint32_t>& after);

}  // namespace memray::report

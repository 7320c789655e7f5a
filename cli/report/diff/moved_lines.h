// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of a function in two versions of its source: which of the newer one are those of the older one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace memray::report {

using LineMatches = std::map<std::uint32_t, std::uint32_t>;

// From lines of `before` to lines of `after`, both in ascending order. As many lines on both sides are the same ones,
// in order. Otherwise most of them moved together: as the first, as the last, or not at all, whatever makes most lines
// meet; others that lie between two of these are matched in order. A line without a partner is not in the result.
[[nodiscard]] LineMatches moved_lines(const std::set<std::uint32_t>& before, const std::set<std::uint32_t>& after);

// The same, of lines with their texts (empty: not known). Lines with equal texts are the same ones, in order, as many
// as there can be; others between two of these are matched in order. As above where no text is on both sides.
[[nodiscard]] LineMatches moved_lines(const std::map<std::uint32_t, std::string>& before,
                                      const std::map<std::uint32_t, std::string>& after);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/moved_lines.h"

namespace memray::report {
namespace {

using Lines = std::set<std::uint32_t>;
using Matches = std::map<std::uint32_t, std::uint32_t>;

// Those that meet if all lines move by `shift`.
Matches moved_together(const Lines& before, const Lines& after, std::int64_t shift) {
    Matches matches;
    for (const std::uint32_t line : before) {
        const std::int64_t moved = line + shift;
        if (moved > 0 && after.contains(static_cast<std::uint32_t>(moved))) {
            matches.emplace(line, static_cast<std::uint32_t>(moved));
        }
    }
    return matches;
}

Matches anchors(const Lines& before, const Lines& after) {
    Matches best = moved_together(before, after, 0);
    for (const std::int64_t shift :
         {std::int64_t{*after.begin()} - *before.begin(), std::int64_t{*after.rbegin()} - *before.rbegin()}) {
        Matches matches = moved_together(before, after, shift);
        if (matches.size() > best.size()) { best = std::move(matches); }
    }
    return best;
}

void match_in_order(Lines::const_iterator from, Lines::const_iterator from_end, Lines::const_iterator to,
                    Lines::const_iterator to_end, Matches& matches) {
    for (; from != from_end && to != to_end; ++from, ++to) { matches.emplace(*from, *to); }
}

}  // namespace

Matches moved_lines(const Lines& before, const Lines& after) {
    Matches matches;
    if (before.empty() || after.empty()) { return matches; }
    auto from = before.begin();
    auto to = after.begin();
    if (before.size() != after.size()) {
        const Matches fixed = anchors(before, after);
        for (const auto& [line, moved] : fixed) {
            const auto from_fixed = before.find(line);
            const auto to_fixed = after.find(moved);
            match_in_order(from, from_fixed, to, to_fixed, matches);
            matches.emplace(line, moved);
            from = std::next(from_fixed);
            to = std::next(to_fixed);
        }
    }
    match_in_order(from, before.end(), to, after.end(), matches);
    return matches;
}

}  // namespace memray::report

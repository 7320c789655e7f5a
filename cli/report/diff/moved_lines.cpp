// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/moved_lines.h"

#include <algorithm>
#include <vector>

namespace memray::report {
namespace {

using Lines = std::set<std::uint32_t>;
using Texts = std::map<std::uint32_t, std::string>;

constexpr std::size_t kMostPairs = 1U << 22U;  // of lines that are compared

// Those that meet if all lines move by `shift`.
LineMatches moved_together(const Lines& before, const Lines& after, std::int64_t shift) {
    LineMatches matches;
    for (const std::uint32_t line : before) {
        const std::int64_t moved = line + shift;
        if (moved > 0 && after.contains(static_cast<std::uint32_t>(moved))) {
            matches.emplace(line, static_cast<std::uint32_t>(moved));
        }
    }
    return matches;
}

LineMatches anchors(const Lines& before, const Lines& after) {
    LineMatches best = moved_together(before, after, 0);
    for (const std::int64_t shift :
         {std::int64_t{*after.begin()} - *before.begin(), std::int64_t{*after.rbegin()} - *before.rbegin()}) {
        LineMatches matches = moved_together(before, after, shift);
        if (matches.size() > best.size()) { best = std::move(matches); }
    }
    return best;
}

void match_in_order(Lines::const_iterator from, Lines::const_iterator from_end, Lines::const_iterator to,
                    Lines::const_iterator to_end, LineMatches& matches) {
    for (; from != from_end && to != to_end; ++from, ++to) { matches.emplace(*from, *to); }
}

LineMatches match_around(const Lines& before, const Lines& after, const LineMatches& fixed) {
    LineMatches matches;
    auto from = before.begin();
    auto to = after.begin();
    for (const auto& [line, moved] : fixed) {
        const auto from_fixed = before.find(line);
        const auto to_fixed = after.find(moved);
        match_in_order(from, from_fixed, to, to_fixed, matches);
        matches.emplace(line, moved);
        from = std::next(from_fixed);
        to = std::next(to_fixed);
    }
    match_in_order(from, before.end(), to, after.end(), matches);
    return matches;
}

Lines lines_of(const Texts& texts) {
    Lines lines;
    for (const auto& [line, text] : texts) { lines.insert(line); }
    return lines;
}

// The longest common subsequence of known texts.
LineMatches equal_texts(const Texts& before, const Texts& after) {
    if (before.size() * after.size() > kMostPairs) { return {}; }
    const std::vector<Texts::value_type> a(before.begin(), before.end());
    const std::vector<Texts::value_type> b(after.begin(), after.end());
    const auto equal = [&](std::size_t i, std::size_t j) { return !a[i].second.empty() && a[i].second == b[j].second; };
    const std::size_t width = b.size() + 1;
    std::vector<std::uint32_t> longest((a.size() + 1) * width);  // of what is left from there on
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t j = b.size(); j-- > 0;) {
            longest[i * width + j] = equal(i, j) ? longest[(i + 1) * width + j + 1] + 1
                                                 : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
        }
    }
    LineMatches matches;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (equal(i, j)) {
            matches.emplace(a[i++].first, b[j++].first);
        } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
            ++i;
        } else {
            ++j;
        }
    }
    return matches;
}

}  // namespace

LineMatches moved_lines(const Lines& before, const Lines& after) {
    if (before.empty() || after.empty()) { return {}; }
    return match_around(before, after, before.size() == after.size() ? LineMatches{} : anchors(before, after));
}

LineMatches moved_lines(const Texts& before, const Texts& after) {
    const LineMatches fixed = equal_texts(before, after);
    const Lines older = lines_of(before);
    const Lines newer = lines_of(after);
    return fixed.empty() ? moved_lines(older, newer) : match_around(older, newer, fixed);
}

}  // namespace memray::report

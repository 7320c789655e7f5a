// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/biggest.h"

#include <algorithm>

namespace memray::report {

Biggest biggest(const StackView& view, const Selection& selection, std::size_t most) {
    std::vector<capture::Amount> of_stacks(view.stacks.size());
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (view.of_site[i] != kLeftOut) { of_stacks[view.of_site[i]] += selection[i]; }
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < of_stacks.size(); ++i) {
        if (of_stacks[i].count > 0) { order.push_back(i); }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return of_stacks[a].bytes > of_stacks[b].bytes; });
    Biggest result{selection, 0, {}};
    std::vector<bool> small(of_stacks.size());
    for (std::size_t i = most; i < order.size(); ++i) {
        small[order[i]] = true;
        result.of_others += of_stacks[order[i]];
        ++result.others;
    }
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (view.of_site[i] != kLeftOut && small[view.of_site[i]]) { result.selection[i] = {}; }
    }
    return result;
}

}  // namespace memray::report

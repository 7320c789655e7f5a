// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_tree.h"

#include "cli/report/call_nodes.h"

namespace memray::report {

CallTree build_call_tree(const capture::Profile& profile, const StackView& view,
                         const std::vector<Selection>& selections, const CallTreeOptions& options) {
    return with_amounts(whole(build_call_nodes(profile, view, selections, options)), selections);
}

ChildIndex::ChildIndex(const CallTree& tree) : first_(tree.nodes.size() + 1), order_(tree.nodes.size() - 1) {
    for (std::size_t i = 1; i < tree.nodes.size(); ++i) { ++first_[tree.nodes[i].parent + 1]; }
    for (std::size_t i = 1; i < first_.size(); ++i) { first_[i] += first_[i - 1]; }
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 1; i < tree.nodes.size(); ++i) { order_[next[tree.nodes[i].parent]++] = i; }
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A call tree that may have millions of nodes, of which those that matter are shown.
#pragma once

#include <cstddef>
#include <vector>

#include "cli/report/call_tree.h"

namespace memray::report {

class BigTree {
public:
    BigTree(const capture::Profile& profile, const StackView& view, const std::vector<Selection>& selections,
            const CallTreeOptions& options);

    [[nodiscard]] std::size_t size() const noexcept { return whole_.nodes.size(); }
    // The `most` nodes with the largest shares of any selection, and those below the root; the others become one folded
    // node for each parent. All sums stay what they were.
    [[nodiscard]] CallNodes largest(std::size_t most) const;

private:
    BareNodes whole_;
    std::vector<float> shares_;  // the largest that a node has of the whole in any selection, in bytes or allocations
};

}  // namespace memray::report

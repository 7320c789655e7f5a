// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The nodes of a call tree, without amounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/report/call_tree.h"

namespace memray::report {

struct CallNodes {
    std::vector<CallNode> nodes;
    std::vector<std::uint32_t> of_site;  // as in CallTree
};

// The same in little memory, since there can be millions of them.
struct BareNodes {
    struct Node {
        std::uint32_t parent{0};
        std::uint32_t frame{kNoFrame};
    };
    std::vector<Node> nodes{Node{}};
    std::vector<std::uint32_t> threads;  // one for each node; none if the tree does not tell threads apart
    std::vector<std::uint32_t> of_site;

    [[nodiscard]] CallNode node(std::uint32_t number) const {
        return {nodes[number].parent, nodes[number].frame, threads.empty() ? kAllThreads : threads[number], 0};
    }
};

[[nodiscard]] BareNodes build_call_nodes(const capture::Profile& profile, const StackView& view,
                                         const std::vector<Selection>& selections, const CallTreeOptions& options);

// All of them.
[[nodiscard]] CallNodes whole(const BareNodes& bare);

// The tree of these nodes with what they hold.
[[nodiscard]] CallTree with_amounts(CallNodes nodes, const std::vector<Selection>& selections);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who called whom to allocate: the tree behind flame graphs, the tree view and their exports. Several selections share
// one tree, so a page can switch between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::report {

inline constexpr std::uint32_t kNoFrame = 0xffffffff;     // of the root, and of nodes that stand for folded ones
inline constexpr std::uint32_t kAllThreads = 0xffffffff;  // in trees that do not tell threads apart

struct CallNode {
    std::uint32_t parent{0};            // below the node's own number; the root is its own
    std::uint32_t frame{kNoFrame};      // frames of the view
    std::uint32_t thread{kAllThreads};  // threads of the profile
    std::uint32_t folded{0};            // nodes that this one stands for, 0 for an ordinary node
};

struct CallTree {
    std::vector<CallNode> nodes{CallNode{}};          // nodes[0] is the root
    std::vector<std::vector<capture::Amount>> own;    // [selection][node]: allocated by the node itself
    std::vector<std::vector<capture::Amount>> total;  // [selection][node]: with everything below it
    std::vector<std::uint32_t> of_site;               // nodes; or kLeftOut, one for each site of the profile
};

struct CallTreeOptions {
    bool inverted{false};       // the allocating functions below the root, their callers below them
    bool split_threads{false};  // nodes of different threads are different nodes
};

// Frames with the same names and line are one. The order of nodes depends on the profile alone. Sites that hold nothing
// in any selection make no nodes.
[[nodiscard]] CallTree build_call_tree(const capture::Profile& profile, const StackView& view,
                                       const std::vector<Selection>& selections, const CallTreeOptions& options);

// In two steps, for who leaves nodes out in between: the nodes of a call tree, without amounts.
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

// All of these.
[[nodiscard]] CallNodes whole(const BareNodes& bare);

// The tree of these nodes with what they hold.
[[nodiscard]] CallTree with_amounts(CallNodes nodes, const std::vector<Selection>& selections);

// The children of each node, in order of number.
class ChildIndex {
public:
    explicit ChildIndex(const CallTree& tree);

    [[nodiscard]] const std::uint32_t* begin(std::uint32_t node) const { return order_.data() + first_[node]; }
    [[nodiscard]] const std::uint32_t* end(std::uint32_t node) const { return order_.data() + first_[node + 1]; }

private:
    std::vector<std::uint32_t> first_;
    std::vector<std::uint32_t> order_;
};

}  // namespace memray::report

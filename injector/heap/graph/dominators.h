// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who keeps what alive: a node dominates another if every way from a root to that one goes through it; its retained
// size is that of all that it dominates, itself included, which is what would be free without it. Semi-NCA: Georgiadis,
// "Linear-Time Algorithms for Dominators and Related Problems" (2005), 2.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "injector/heap/graph/edges.h"

namespace memray::heap {

class Dominators {
public:
    // Nodes that are not reached from `roots` have none. `size` gives the bytes of a node by itself. Neither is needed
    // any more afterwards.
    using Size = std::function<std::uint64_t(NodeId)>;
    Dominators(const Edges& edges, std::span<const NodeId> roots, const Size& size);

    // The closest node that dominates it; kNoNode if only the roots together do, or it is not reached.
    [[nodiscard]] NodeId parent(NodeId node) const { return parents_[node]; }
    [[nodiscard]] bool is_reached(NodeId node) const { return retained_[node] != kNotReached; }
    // Bytes.
    [[nodiscard]] std::uint64_t retained(NodeId node) const { return is_reached(node) ? retained_[node] : 0; }

    // Those that have a node as their parent (kNoNode: that have none), the largest retained size first.
    [[nodiscard]] std::vector<NodeId> children(NodeId node) const;

    // All that are reached, each after its parent and before what its parent has besides.
    template <typename Enter, typename Leave>
    void walk(const Enter& enter, const Leave& leave) const {
        NodeId node = first_child_.back();
        while (node != kNoNode) {
            enter(node);
            if (first_child_[node] != kNoNode) {
                node = first_child_[node];
                continue;
            }
            leave(node);
            while (next_sibling_[node] == kNoNode && parents_[node] != kNoNode) {
                node = parents_[node];
                leave(node);
            }
            node = next_sibling_[node];
        }
    }

private:
    static constexpr std::uint64_t kNotReached = ~std::uint64_t{0};

    std::vector<NodeId> parents_;
    std::vector<std::uint64_t> retained_;
    std::vector<NodeId> first_child_;  // by node; the last one is that of the roots
    std::vector<NodeId> next_sibling_;
};

}  // namespace memray::heap

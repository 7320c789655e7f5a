// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What can be reached from some nodes, and by which shortest ways.
#pragma once

#include <span>
#include <vector>

#include "injector/heap/graph/edges.h"

namespace memray::heap {

class Reachability {
public:
    // Goes on from `starts`, all at once, to what was not reached before.
    void reach(const Edges& edges, std::span<const NodeId> starts);

    [[nodiscard]] bool is_reached(NodeId node) const { return node < from_.size() && from_[node] != kNoNode; }
    // The node before it on the way from a start; itself if it is one.
    [[nodiscard]] NodeId before(NodeId node) const { return from_[node]; }

private:
    std::vector<NodeId> from_;
};

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/reachability.h"

namespace memray::heap {

void Reachability::reach(const Edges& edges, std::span<const NodeId> starts) {
    from_.resize(edges.size(), kNoNode);
    std::vector<NodeId> level;
    for (const NodeId start : starts) {
        if (from_[start] != kNoNode) { continue; }
        from_[start] = start;
        level.push_back(start);
    }
    std::vector<NodeId> next;
    while (!level.empty()) {
        next.clear();
        for (const NodeId node : level) {
            for (const NodeId target : edges.of(node)) {
                if (from_[target] != kNoNode) { continue; }
                from_[target] = node;
                next.push_back(target);
            }
        }
        level.swap(next);
    }
}

}  // namespace memray::heap

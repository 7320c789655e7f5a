// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which node refers to which.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "injector/heap/graph/nodes.h"

namespace memray::heap {

class Edges {
public:
    // The nodes that `from` refers to, as often as it does; none of a node that is not known.
    [[nodiscard]] std::span<const NodeId> of(NodeId from) const {
        if (from >= begins_.size()) { return {}; }
        return {targets_.data() + begins_[from], targets_.data() + ends_[from]};
    }
    // Nodes.
    [[nodiscard]] NodeId size() const noexcept { return static_cast<NodeId>(begins_.size()); }
    [[nodiscard]] const std::vector<NodeId>& targets() const noexcept { return targets_; }

    // Room for as many, and no more than `limit`.
    void reserve(std::size_t edges, std::size_t limit);
    // The edges of `from` are those that are added until the next begin(). Each node once, in any order.
    void begin(NodeId from);
    // Throws base::Error if there are more than the limit, or than can be numbered.
    void add(NodeId to);
    // Each edge becomes what `target` makes of it; kNoNode: there is none any more.
    template <typename Target>
    void rewrite(NodeId from, const Target& target) {
        std::uint32_t end = begins_[from];
        for (std::uint32_t at = begins_[from]; at < ends_[from]; ++at) {
            const NodeId kept = target(targets_[at]);
            if (kept != kNoNode) { targets_[end++] = kept; }
        }
        ends_[from] = end;
    }
    // Nodes up to that number are known.
    void extend(NodeId size);

private:
    std::vector<NodeId> targets_;
    std::vector<std::uint32_t> begins_;  // into targets_, by node
    std::vector<std::uint32_t> ends_;
    NodeId from_{kNoNode};
    std::size_t limit_{std::numeric_limits<std::uint32_t>::max()};
};

}  // namespace memray::heap

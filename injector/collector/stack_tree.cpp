// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/stack_tree.h"

namespace memray::collector {

StackTree::StackTree() { nodes_.push_back({0, kRoot}); }

std::uint32_t StackTree::add(std::size_t at, std::uint32_t parent, std::uint64_t frame) {
    if (nodes_.size() >= kMaxNodes) {
        ++rejected_;
        return parent;
    }
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({frame, parent});
    cells_[at] = node;
    if (nodes_.size() * 2 > cells_.size()) { grow(); }
    return node;
}

void StackTree::grow() {
    mask_ = cells_.size() * 2 - 1;
    cells_.assign(mask_ + 1, 0);
    for (std::uint32_t node = 1; node < nodes_.size(); ++node) {
        std::size_t at = position(nodes_[node].parent, nodes_[node].frame);
        while (cells_[at] != 0) { at = (at + 1) & mask_; }
        cells_[at] = node;
    }
}

}  // namespace memray::collector

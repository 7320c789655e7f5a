// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All stacks seen of one kind, as one tree: a node is a frame (wire::frame_word or wire::native_word) called from its
// parent. Node 0 is the root, the empty stack; a parent's number is below its children's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace memray::collector {

class StackTree {
public:
    static constexpr std::uint32_t kRoot = 0;
    static constexpr std::size_t kMaxNodes = std::size_t{1} << 27U;

    StackTree();

    // The node of `frame` called from `parent`; `parent` itself once the tree is full (counted in rejected()).
    std::uint32_t child(std::uint32_t parent, std::uint64_t frame) {
        std::size_t at = position(parent, frame);
        for (; cells_[at] != 0; at = (at + 1) & mask_) {
            const Node& node = nodes_[cells_[at]];
            if (node.frame == frame && node.parent == parent) { return cells_[at]; }
        }
        return add(at, parent, frame);
    }

    [[nodiscard]] std::uint32_t parent(std::uint32_t node) const noexcept { return nodes_[node].parent; }
    [[nodiscard]] std::uint64_t frame(std::uint32_t node) const noexcept { return nodes_[node].frame; }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

private:
    struct Node {
        std::uint64_t frame;
        std::uint32_t parent;
    };

    [[nodiscard]] std::size_t position(std::uint32_t parent, std::uint64_t frame) const noexcept {
        const std::uint64_t mixed = (frame ^ (std::uint64_t{parent} << 40U) ^ parent) * 0x9E3779B97F4A7C15ULL;
        return ((mixed >> 32U) ^ mixed >> 13U) & mask_;
    }
    std::uint32_t add(std::size_t at, std::uint32_t parent, std::uint64_t frame);
    void grow();

    std::size_t mask_{1023};
    std::vector<std::uint32_t> cells_ = std::vector<std::uint32_t>(1024);  // node, 0: empty
    std::vector<Node> nodes_;
    std::uint64_t rejected_{0};
};

}  // namespace memray::collector

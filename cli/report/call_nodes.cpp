// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_nodes.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace memray::report {
namespace {

using capture::Amount;

// For each frame of the view, the first one that is equal.
std::vector<std::uint32_t> first_equal_frames(const StackView& view) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, FrameKind>, std::uint32_t> known;
    std::vector<std::uint32_t> result;
    result.reserve(view.frames.size());
    for (const ViewFrame& frame : view.frames) {
        const auto number = static_cast<std::uint32_t>(result.size());
        result.push_back(known.try_emplace({frame.function, frame.file, frame.line, frame.kind}, number).first->second);
    }
    return result;
}

// Finds children: a hash table of numbers, five to eight bytes a node.
class ChildTable {
public:
    explicit ChildTable(std::vector<CallNode>& nodes) : nodes_(nodes) {}

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame, std::uint32_t thread) {
        std::size_t at = home_of(parent, frame, thread);
        for (; cells_[at] != 0; at = next(at)) {
            const CallNode& node = nodes_[cells_[at]];
            if (node.parent == parent && node.frame == frame && node.thread == thread) { return cells_[at]; }
        }
        const auto number = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({parent, frame, thread, 0});
        cells_[at] = number;
        if (nodes_.size() > cells_.size() / 4 * 3) { grow(); }
        return number;
    }

private:
    [[nodiscard]] std::size_t home_of(std::uint32_t parent, std::uint32_t frame, std::uint32_t thread) const {
        std::uint64_t mixed = ((std::uint64_t{parent} << 32U | frame) + thread) * 0x9E3779B97F4A7C15ULL;
        mixed ^= mixed >> 29U;
        return ((mixed & 0xffffffffU) * cells_.size()) >> 32U;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const { return at + 1 == cells_.size() ? 0 : at + 1; }
    void grow() {
        const std::size_t size = cells_.size() / 2 * 3;
        std::vector<std::uint32_t>().swap(cells_);
        cells_.resize(size);
        for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
            std::size_t at = home_of(nodes_[i].parent, nodes_[i].frame, nodes_[i].thread);
            while (cells_[at] != 0) { at = next(at); }
            cells_[at] = i;
        }
    }

    std::vector<CallNode>& nodes_;
    std::vector<std::uint32_t> cells_ = std::vector<std::uint32_t>(1024);  // nodes; 0: empty
};

class Builder {
public:
    Builder(const StackView& view, const CallTreeOptions& options)
        : view_(view), options_(options), frames_(first_equal_frames(view)) {}

    void add_site(std::size_t number, std::uint32_t thread, const std::vector<Selection>& selections) {
        const std::uint32_t stack = view_.of_site[number];
        result_.of_site.push_back(kLeftOut);
        if (stack == kLeftOut) { return; }
        const auto holds = [number](const Selection& selection) {
            return selection[number].count != 0 || selection[number].bytes != 0;
        };
        if (std::none_of(selections.begin(), selections.end(), holds)) { return; }
        result_.of_site.back() = end_of_path(stack, options_.split_threads ? thread : kAllThreads);
    }
    CallNodes finish() { return std::move(result_); }

private:
    // From the root to the stack's end, or from its end to the root.
    std::uint32_t end_of_path(std::uint32_t stack, std::uint32_t thread) {
        path_.clear();
        for (; stack != capture::kRootStack; stack = view_.stacks[stack].parent) {
            path_.push_back(frames_[view_.stacks[stack].frame]);
        }
        if (!options_.inverted) { std::reverse(path_.begin(), path_.end()); }
        std::uint32_t node = 0;
        for (const std::uint32_t frame : path_) { node = children_.child(node, frame, thread); }
        return node;
    }

    const StackView& view_;
    const CallTreeOptions options_;
    const std::vector<std::uint32_t> frames_;
    CallNodes result_;
    ChildTable children_{result_.nodes};
    std::vector<std::uint32_t> path_;
};

}  // namespace

CallNodes build_call_nodes(const capture::Profile& profile, const StackView& view,
                           const std::vector<Selection>& selections, const CallTreeOptions& options) {
    Builder builder(view, options);
    for (std::size_t i = 0; i < profile.sites.size(); ++i) { builder.add_site(i, profile.sites[i].thread, selections); }
    return builder.finish();
}

CallTree with_amounts(CallNodes nodes, const std::vector<Selection>& selections) {
    CallTree tree;
    tree.nodes = std::move(nodes.nodes);
    tree.of_site = std::move(nodes.of_site);
    tree.own.resize(selections.size(), std::vector<Amount>(tree.nodes.size()));
    for (std::size_t i = 0; i < selections.size(); ++i) {
        for (std::size_t site = 0; site < tree.of_site.size(); ++site) {
            if (tree.of_site[site] != kLeftOut) { tree.own[i][tree.of_site[site]] += selections[i][site]; }
        }
    }
    tree.total = tree.own;
    for (std::vector<Amount>& amounts : tree.total) {
        for (std::size_t i = amounts.size() - 1; i > 0; --i) { amounts[tree.nodes[i].parent] += amounts[i]; }
    }
    return tree;
}

}  // namespace memray::report

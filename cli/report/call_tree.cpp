// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_tree.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace memray::report {
namespace {

using capture::Amount;

// Finds children: a hash table of numbers, four bytes each.
class ChildTable {
public:
    // Has room for `expected` nodes before it must grow, of which those that do not come cost little.
    ChildTable(BareNodes& tree, std::size_t expected, bool split_threads)
        : tree_(tree), split_threads_(split_threads), cells_(expected / 3 * 4 + 1024) {
        tree_.nodes.reserve(expected);
        if (split_threads) { tree_.threads.push_back(kAllThreads); }
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame, std::uint32_t thread) {
        std::size_t at = home_of(parent, frame, thread);
        for (; cells_[at] != 0; at = next(at)) {
            const BareNodes::Node& node = tree_.nodes[cells_[at]];
            if (node.parent == parent && node.frame == frame && thread_of(cells_[at]) == thread) { return cells_[at]; }
        }
        const auto number = static_cast<std::uint32_t>(tree_.nodes.size());
        tree_.nodes.push_back({parent, frame});
        if (split_threads_) { tree_.threads.push_back(thread); }
        cells_[at] = number;
        if (tree_.nodes.size() > cells_.size() / 4 * 3) { grow(); }
        return number;
    }

private:
    [[nodiscard]] std::uint32_t thread_of(std::uint32_t node) const {
        return split_threads_ ? tree_.threads[node] : kAllThreads;
    }
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
        for (std::uint32_t i = 1; i < tree_.nodes.size(); ++i) {
            std::size_t at = home_of(tree_.nodes[i].parent, tree_.nodes[i].frame, thread_of(i));
            while (cells_[at] != 0) { at = next(at); }
            cells_[at] = i;
        }
    }

    BareNodes& tree_;
    bool split_threads_;
    std::vector<std::uint32_t> cells_;  // nodes; 0: empty
};

// How many nodes there are at most, where that is known: as many as stacks.
std::size_t expected_nodes(const StackView& view, const CallTreeOptions& options) {
    return options.inverted || options.split_threads ? 1 : view.stacks.size();
}

class Builder {
public:
    Builder(const StackView& view, const CallTreeOptions& options)
        : view_(view),
          options_(options),
          frames_(first_equal_frames(view)),
          children_(result_, expected_nodes(view, options), options.split_threads) {}

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
    BareNodes finish() { return std::move(result_); }

private:
    // From the root to the stack's end, or from its end to the root.
    std::uint32_t end_of_path(std::uint32_t stack, std::uint32_t thread) {
        path_.clear();
        for (; stack != capture::kRootStack; stack = view_.stacks[stack].parent) {
            assert(view_.stacks[stack].parent < stack);  // so it ends
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
    BareNodes result_;
    ChildTable children_;
    std::vector<std::uint32_t> path_;
};

}  // namespace

BareNodes build_call_nodes(const capture::Profile& profile, const StackView& view,
                           const std::vector<Selection>& selections, const CallTreeOptions& options) {
    Builder builder(view, options);
    for (std::size_t i = 0; i < profile.sites.size(); ++i) { builder.add_site(i, profile.sites[i].thread, selections); }
    return builder.finish();
}

CallNodes whole(const BareNodes& bare) {
    CallNodes result{{}, bare.of_site};
    result.nodes.reserve(bare.nodes.size());
    for (std::uint32_t i = 0; i < bare.nodes.size(); ++i) { result.nodes.push_back(bare.node(i)); }
    return result;
}

CallTree with_amounts(CallNodes nodes, const std::vector<Selection>& selections) {
    CallTree tree;
    tree.nodes = std::move(nodes.nodes);
    tree.of_site = std::move(nodes.of_site);
    tree.own.resize(selections.size(), std::vector<Amount>(tree.nodes.size()));
    for (std::size_t i = 0; i < selections.size(); ++i) {
        assert(selections[i].size() == tree.of_site.size());
        for (std::size_t site = 0; site < tree.of_site.size(); ++site) {
            if (tree.of_site[site] != kLeftOut) { tree.own[i][tree.of_site[site]] += selections[i][site]; }
        }
    }
    tree.total = tree.own;
    for (std::vector<Amount>& amounts : tree.total) {
        for (std::size_t i = amounts.size() - 1; i > 0; --i) {
            assert(tree.nodes[i].parent < i);  // so all below i has been added to it
            amounts[tree.nodes[i].parent] += amounts[i];
        }
    }
    return tree;
}

CallTree build_call_tree(const capture::Profile& profile, const StackView& view,
                         const std::vector<Selection>& selections, const CallTreeOptions& options) {
    return with_amounts(whole(build_call_nodes(profile, view, selections, options)), selections);
}

ChildIndex::ChildIndex(const CallTree& tree) : first_(tree.nodes.size() + 1), order_(tree.nodes.size() - 1) {
    for (std::size_t i = 1; i < tree.nodes.size(); ++i) { ++first_[tree.nodes[i].parent + 1]; }
    for (std::size_t i = 1; i < first_.size(); ++i) { first_[i] += first_[i - 1]; }
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 1; i < tree.nodes.size(); ++i) { order_[next[tree.nodes[i].parent]++] = i; }
}

}  // namespace memray::report

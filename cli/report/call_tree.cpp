// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_tree.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

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

class Builder {
public:
    Builder(const StackView& view, const CallTreeOptions& options, std::size_t selections)
        : view_(view), options_(options), frames_(first_equal_frames(view)) {
        tree_.own.resize(selections, std::vector<Amount>(1));
    }

    void add_site(std::size_t number, std::uint32_t thread, const std::vector<Selection>& selections) {
        const std::uint32_t stack = view_.of_site[number];
        tree_.of_site.push_back(kLeftOut);
        if (stack == kLeftOut) { return; }
        const auto holds = [number](const Selection& selection) {
            return selection[number].count != 0 || selection[number].bytes != 0;
        };
        if (std::none_of(selections.begin(), selections.end(), holds)) { return; }
        const std::uint32_t node = end_of_path(stack, options_.split_threads ? thread : kAllThreads);
        tree_.of_site.back() = node;
        for (std::size_t i = 0; i < selections.size(); ++i) { tree_.own[i][node] += selections[i][number]; }
    }

    CallTree finish() {
        tree_.total = tree_.own;
        for (std::vector<Amount>& amounts : tree_.total) {
            for (std::size_t i = amounts.size() - 1; i > 0; --i) { amounts[tree_.nodes[i].parent] += amounts[i]; }
        }
        return std::move(tree_);
    }

private:
    // From the root to the stack's end, or from its end to the root.
    std::uint32_t end_of_path(std::uint32_t stack, std::uint32_t thread) {
        path_.clear();
        for (; stack != capture::kRootStack; stack = view_.stacks[stack].parent) {
            path_.push_back(frames_[view_.stacks[stack].frame]);
        }
        if (!options_.inverted) { std::reverse(path_.begin(), path_.end()); }
        std::uint32_t node = 0;
        for (const std::uint32_t frame : path_) { node = child(node, frame, thread); }
        return node;
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame, std::uint32_t thread) {
        // Below the first level the parent implies the thread.
        const std::uint32_t parent_key = parent == 0 && thread != kAllThreads ? ~thread : parent;
        const auto next = static_cast<std::uint32_t>(tree_.nodes.size());
        const auto [entry, added] = children_.try_emplace((std::uint64_t{parent_key} << 32U) | frame, next);
        if (added) {
            tree_.nodes.push_back({parent, frame, thread, 0});
            for (std::vector<Amount>& own : tree_.own) { own.emplace_back(); }
        }
        return entry->second;
    }

    const StackView& view_;
    const CallTreeOptions options_;
    const std::vector<std::uint32_t> frames_;
    CallTree tree_;
    std::unordered_map<std::uint64_t, std::uint32_t> children_;
    std::vector<std::uint32_t> path_;
};

// The largest share that a node has of the whole in any selection, in bytes or allocations.
std::vector<double> largest_shares(const CallTree& tree) {
    std::vector<double> shares(tree.nodes.size());
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    for (const std::vector<Amount>& amounts : tree.total) {
        for (std::size_t i = 0; i < shares.size(); ++i) {
            shares[i] = std::max(
                {shares[i], share(amounts[i].bytes, amounts[0].bytes), share(amounts[i].count, amounts[0].count)});
        }
    }
    return shares;
}

// A node's parent has at least its share and a smaller number, so it is kept if the node is.
std::vector<bool> largest_nodes(const CallTree& tree, std::size_t most) {
    const std::vector<double> shares = largest_shares(tree);
    std::vector<std::uint32_t> order(tree.nodes.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
    const auto larger = [&](std::uint32_t a, std::uint32_t b) {
        return shares[a] != shares[b] ? shares[a] > shares[b] : a < b;
    };
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(), larger);
    std::vector<bool> kept(tree.nodes.size());
    for (std::size_t i = 0; i < most; ++i) { kept[order[i]] = true; }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (tree.nodes[i].parent == 0) { kept[i] = true; }  // so that a folded node has one thread
    }
    return kept;
}

class Folder {
public:
    Folder(const CallTree& tree, const std::vector<bool>& kept)
        : tree_(tree), kept_(kept), number_(tree.nodes.size()), rest_(tree.nodes.size()) {
        result_.nodes.clear();
        result_.own.resize(tree.own.size());
        result_.total.resize(tree.total.size());
    }

    CallTree run() {
        for (std::uint32_t i = 0; i < tree_.nodes.size(); ++i) {
            if (kept_[i]) {
                keep(i);
            } else {
                fold(i);
            }
        }
        for (const std::uint32_t node : tree_.of_site) {
            result_.of_site.push_back(node == kLeftOut ? kLeftOut : number_[node]);
        }
        return std::move(result_);
    }

private:
    void keep(std::uint32_t node) {
        CallNode copy = tree_.nodes[node];
        copy.parent = number_[copy.parent];
        number_[node] = append(copy);
        for (std::size_t i = 0; i < tree_.own.size(); ++i) {
            result_.own[i].back() = tree_.own[i][node];
            result_.total[i].back() = tree_.total[i][node];
        }
    }

    // Into the folded node of the nearest kept caller: numbers of nodes that are not kept are those of that node.
    void fold(std::uint32_t node) {
        const std::uint32_t parent = tree_.nodes[node].parent;
        if (kept_[parent] && rest_[parent] == 0) {
            rest_[parent] = append({number_[parent], kNoFrame, tree_.nodes[node].thread, 0});
        }
        number_[node] = kept_[parent] ? rest_[parent] : number_[parent];
        result_.nodes[number_[node]].folded += std::max(tree_.nodes[node].folded, 1U);
        for (std::size_t i = 0; i < tree_.own.size(); ++i) {
            result_.own[i][number_[node]] += tree_.own[i][node];
            result_.total[i][number_[node]] += tree_.own[i][node];
        }
    }

    std::uint32_t append(const CallNode& node) {
        result_.nodes.push_back(node);
        for (std::vector<Amount>& own : result_.own) { own.emplace_back(); }
        for (std::vector<Amount>& total : result_.total) { total.emplace_back(); }
        return static_cast<std::uint32_t>(result_.nodes.size() - 1);
    }

    const CallTree& tree_;
    const std::vector<bool>& kept_;
    std::vector<std::uint32_t> number_;  // of the node's successor in the result
    std::vector<std::uint32_t> rest_;    // the folded child of a kept node, 0 for none
    CallTree result_;
};

}  // namespace

CallTree build_call_tree(const capture::Profile& profile, const StackView& view,
                         const std::vector<Selection>& selections, const CallTreeOptions& options) {
    Builder builder(view, options, selections.size());
    for (std::size_t i = 0; i < profile.sites.size(); ++i) { builder.add_site(i, profile.sites[i].thread, selections); }
    return builder.finish();
}

CallTree folded(const CallTree& tree, std::size_t most) {
    if (tree.nodes.size() <= most) { return tree; }
    return Folder(tree, largest_nodes(tree, most)).run();
}

ChildIndex::ChildIndex(const CallTree& tree) : first_(tree.nodes.size() + 1), order_(tree.nodes.size() - 1) {
    for (std::size_t i = 1; i < tree.nodes.size(); ++i) { ++first_[tree.nodes[i].parent + 1]; }
    for (std::size_t i = 1; i < first_.size(); ++i) { first_[i] += first_[i - 1]; }
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 1; i < tree.nodes.size(); ++i) { order_[next[tree.nodes[i].parent]++] = i; }
}

}  // namespace memray::report

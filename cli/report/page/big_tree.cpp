// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/big_tree.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace memray::report {
namespace {

using capture::Amount;

// Brings `shares` up to those of one selection. One number for each node at a time, since there may be millions.
void add_shares(const BareNodes& tree, const Selection& selection, std::uint64_t Amount::*part,
                std::vector<float>& shares) {
    std::vector<std::uint64_t> sums(tree.nodes.size());
    for (std::size_t site = 0; site < tree.of_site.size(); ++site) {
        if (tree.of_site[site] != kLeftOut) { sums[tree.of_site[site]] += selection[site].*part; }
    }
    for (std::size_t i = sums.size() - 1; i > 0; --i) { sums[tree.nodes[i].parent] += sums[i]; }
    if (sums[0] == 0) { return; }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        shares[i] = std::max(shares[i], static_cast<float>(sums[i]) / static_cast<float>(sums[0]));
    }
}

// A node's parent has at least its share and a smaller number, so it is kept if the node is.
std::vector<bool> largest_nodes(const BareNodes& tree, const std::vector<float>& shares, std::size_t most) {
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
    Folder(const BareNodes& tree, const std::vector<bool>& kept)
        : tree_(tree), kept_(kept), number_(tree.nodes.size()), rest_(tree.nodes.size()) {}

    CallNodes run() {
        for (std::uint32_t i = 0; i < tree_.nodes.size(); ++i) {
            if (kept_[i]) {
                CallNode copy = tree_.node(i);
                copy.parent = number_[copy.parent];
                number_[i] = append(copy);
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
    // Into the folded node of the nearest kept caller: numbers of nodes that are not kept are those of that node.
    void fold(std::uint32_t node) {
        const std::uint32_t parent = tree_.nodes[node].parent;
        if (kept_[parent] && rest_[parent] == 0) {
            rest_[parent] = append({number_[parent], kNoFrame, tree_.node(node).thread, 0});
        }
        number_[node] = kept_[parent] ? rest_[parent] : number_[parent];
        ++result_.nodes[number_[node]].folded;
    }

    std::uint32_t append(const CallNode& node) {
        result_.nodes.push_back(node);
        return static_cast<std::uint32_t>(result_.nodes.size() - 1);
    }

    const BareNodes& tree_;
    const std::vector<bool>& kept_;
    std::vector<std::uint32_t> number_;  // of the node's successor in the result
    std::vector<std::uint32_t> rest_;    // the folded child of a kept node, 0 for none
    CallNodes result_;
};

}  // namespace

BigTree::BigTree(const capture::Profile& profile, const StackView& view, const std::vector<Selection>& selections,
                 const CallTreeOptions& options)
    : whole_(build_call_nodes(profile, view, selections, options)), shares_(whole_.nodes.size()) {
    for (const Selection& selection : selections) {
        add_shares(whole_, selection, &Amount::bytes, shares_);
        add_shares(whole_, selection, &Amount::count, shares_);
    }
}

CallNodes BigTree::largest(std::size_t most) const {
    if (size() <= most) { return whole(whole_); }
    return Folder(whole_, largest_nodes(whole_, shares_, most)).run();
}

}  // namespace memray::report

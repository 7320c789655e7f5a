// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/dominators.h"

#include <algorithm>
#include <utility>

namespace memray::heap {
namespace {

using Number = std::uint32_t;  // of a node in the order of a depth-first walk; 0 is the root of all roots

// A walk from the roots: who came when, and from where.
struct Walk {
    std::vector<NodeId> nodes;    // by number; that of 0 is none
    std::vector<Number> parents;  // by number
    std::vector<Number> numbers;  // by node; 0: not reached
};

Walk walk_from(const Edges& edges, std::span<const NodeId> roots) {
    Walk walk;
    walk.numbers.resize(edges.size());
    walk.nodes.push_back(kNoNode);
    walk.parents.push_back(0);
    const auto enter = [&walk](NodeId node, Number parent) {
        walk.numbers[node] = static_cast<Number>(walk.nodes.size());
        walk.nodes.push_back(node);
        walk.parents.push_back(parent);
    };
    std::vector<std::pair<NodeId, std::size_t>> way;  // with the next reference to follow
    for (const NodeId root : roots) {
        if (walk.numbers[root] != 0) { continue; }
        enter(root, 0);
        way.emplace_back(root, 0);
        while (!way.empty()) {
            auto& [node, next] = way.back();
            const auto references = edges.of(node);
            if (next == references.size()) {
                way.pop_back();
                continue;
            }
            const NodeId target = references[next++];
            if (walk.numbers[target] != 0) { continue; }
            enter(target, walk.numbers[node]);
            way.emplace_back(target, 0);
        }
    }
    return walk;
}

// Who refers to whom, by numbers: those of `number` begin at begins[number].
struct Predecessors {
    std::vector<std::uint32_t> begins;
    std::vector<Number> from;
};

Predecessors predecessors_of(const Edges& edges, std::span<const NodeId> roots, const Walk& walk) {
    const auto for_each = [&](const auto& edge) {
        for (const NodeId root : roots) { edge(Number{0}, walk.numbers[root]); }
        for (Number number = 1; number < walk.nodes.size(); ++number) {
            for (const NodeId target : edges.of(walk.nodes[number])) { edge(number, walk.numbers[target]); }
        }
    };
    Predecessors found;
    found.begins.resize(walk.nodes.size() + 1);
    for_each([&](Number, Number to) { ++found.begins[to + 1]; });
    for (std::size_t at = 1; at < found.begins.size(); ++at) { found.begins[at] += found.begins[at - 1]; }
    found.from.resize(found.begins.back());
    std::vector<std::uint32_t> next(found.begins.begin(), found.begins.end() - 1);
    for_each([&](Number from, Number to) { found.from[next[to]++] = from; });
    return found;
}

// The forest of what has been looked at, with the smallest semidominator on the way to the top of each tree.
class Forest {
public:
    explicit Forest(std::vector<Number> parents)
        : ancestors_(std::move(parents)), semi_(ancestors_.size()), best_(ancestors_.size()) {
        for (Number number = 0; number < semi_.size(); ++number) { semi_[number] = best_[number] = number; }
    }

    [[nodiscard]] Number semi(Number number) const { return semi_[number]; }
    void set_semi(Number number, Number semi) { semi_[number] = best_[number] = semi; }

    // The smallest semidominator of `number` and what is above it, down to `last`, which is looked at just now.
    Number smallest(Number number, Number last) {
        if (number <= last) { return number; }
        way_.clear();
        Number at = number;
        while (ancestors_[at] > last) {
            way_.push_back(at);
            at = ancestors_[at];
        }
        // Compress: all of the way hang on its top now.
        for (std::size_t index = way_.size(); index-- > 0;) {
            const Number below = way_[index];
            const Number above = ancestors_[below];
            best_[below] = std::min(best_[below], best_[above]);
            ancestors_[below] = ancestors_[above];
        }
        return best_[number];
    }

private:
    std::vector<Number> ancestors_;
    std::vector<Number> semi_;
    std::vector<Number> best_;
    std::vector<Number> way_;
};

std::vector<Number> dominators_of(const Walk& walk, const Predecessors& predecessors) {
    Forest forest(walk.parents);
    const auto count = static_cast<Number>(walk.nodes.size());
    for (Number number = count; number-- > 1;) {
        Number semi = walk.parents[number];
        for (std::uint32_t at = predecessors.begins[number]; at < predecessors.begins[number + 1]; ++at) {
            semi = std::min(semi, forest.smallest(predecessors.from[at], number));
        }
        forest.set_semi(number, semi);
    }
    std::vector<Number> dominators(walk.parents);
    for (Number number = 1; number < count; ++number) {
        while (dominators[number] > forest.semi(number)) { dominators[number] = dominators[dominators[number]]; }
    }
    return dominators;
}

}  // namespace

Dominators::Dominators(const Edges& edges, std::span<const NodeId> roots, const Size& size)
    : parents_(edges.size(), kNoNode), retained_(edges.size(), kNotReached) {
    const Walk walk = walk_from(edges, roots);
    const std::vector<Number> dominators = dominators_of(walk, predecessors_of(edges, roots, walk));
    for (Number number = 1; number < walk.nodes.size(); ++number) {
        parents_[walk.nodes[number]] = walk.nodes[dominators[number]];
        retained_[walk.nodes[number]] = size(walk.nodes[number]);
    }
    for (auto number = static_cast<Number>(walk.nodes.size()); number-- > 1;) {
        if (dominators[number] == 0) { continue; }
        retained_[walk.nodes[dominators[number]]] += retained_[walk.nodes[number]];
    }
    first_child_.resize(parents_.size() + 1, kNoNode);
    next_sibling_.resize(parents_.size(), kNoNode);
    for (auto number = static_cast<Number>(walk.nodes.size()); number-- > 1;) {
        const NodeId node = walk.nodes[number];
        NodeId& first = parents_[node] == kNoNode ? first_child_.back() : first_child_[parents_[node]];
        next_sibling_[node] = first;
        first = node;
    }
}

std::vector<NodeId> Dominators::children(NodeId parent) const {
    std::vector<NodeId> found;
    NodeId child = parent == kNoNode ? first_child_.back() : first_child_[parent];
    for (; child != kNoNode; child = next_sibling_[child]) { found.push_back(child); }
    std::sort(found.begin(), found.end(), [this](NodeId one, NodeId other) {
        return retained_[one] != retained_[other] ? retained_[one] > retained_[other] : one < other;
    });
    return found;
}

}  // namespace memray::heap

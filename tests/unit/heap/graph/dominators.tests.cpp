// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/dominators.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "injector/heap/graph/reachability.h"

namespace memray::heap {
namespace {

Edges edges_of(const std::vector<std::vector<NodeId>>& targets) {
    Edges edges;
    for (NodeId node = 0; node < targets.size(); ++node) {
        edges.begin(node);
        for (const NodeId target : targets[node]) { edges.add(target); }
    }
    return edges;
}

std::uint64_t size_of(NodeId node) { return node + 1; }

Dominators dominators_of(const std::vector<std::vector<NodeId>>& targets, const std::vector<NodeId>& roots) {
    return {edges_of(targets), roots, size_of};
}

// Those that cannot be reached without `without`.
std::set<NodeId> lost(const std::vector<std::vector<NodeId>>& targets, const std::vector<NodeId>& roots,
                      NodeId without) {
    std::vector<std::vector<NodeId>> left = targets;
    left[without].clear();
    for (auto& node : left) { std::erase(node, without); }
    std::vector<NodeId> left_roots = roots;
    std::erase(left_roots, without);
    Reachability before;
    Reachability after;
    const Edges all = edges_of(targets);
    const Edges rest = edges_of(left);
    before.reach(all, roots);
    after.reach(rest, left_roots);
    std::set<NodeId> found;
    for (NodeId node = 0; node < targets.size(); ++node) {
        if (before.is_reached(node) && !after.is_reached(node)) { found.insert(node); }
    }
    return found;
}

}  // namespace

TEST_CASE("what only one node leads to is retained by it") {
    // 0 -> 1 -> 2, 1 -> 3, 3 -> 2; 4 is not reached
    const Dominators dominators = dominators_of({{1}, {2, 3}, {}, {2}, {0}}, {0});
    CHECK(dominators.parent(0) == kNoNode);
    CHECK(dominators.parent(1) == 0);
    CHECK(dominators.parent(2) == 1);
    CHECK(dominators.parent(3) == 1);
    CHECK(dominators.retained(0) == 1 + 2 + 3 + 4);
    CHECK(dominators.retained(1) == 2 + 3 + 4);
    CHECK(dominators.retained(3) == 4);
    CHECK_FALSE(dominators.is_reached(4));
    CHECK(dominators.retained(4) == 0);
    CHECK(dominators.children(1) == std::vector<NodeId>{3, 2});
    CHECK(dominators.children(kNoNode) == std::vector<NodeId>{0});
}

TEST_CASE("what two roots lead to is nobody's") {
    const Dominators dominators = dominators_of({{2}, {2}, {3}, {2}}, {0, 1});
    CHECK(dominators.parent(2) == kNoNode);
    CHECK(dominators.parent(3) == 2);
    CHECK(dominators.children(kNoNode) == std::vector<NodeId>{2, 1, 0});
}

TEST_CASE("the walk goes through all that is reached, parents first") {
    const Dominators dominators = dominators_of({{1, 2}, {3}, {}, {}, {}}, {0, 4});
    std::vector<NodeId> entered;
    std::vector<NodeId> left;
    dominators.walk([&](NodeId node) { entered.push_back(node); }, [&](NodeId node) { left.push_back(node); });
    CHECK(entered == std::vector<NodeId>{0, 1, 3, 2, 4});
    CHECK(left == std::vector<NodeId>{3, 1, 2, 0, 4});
    dominators_of({{}}, {}).walk([](NodeId) { FAIL(); }, [](NodeId) { FAIL(); });
}

TEST_CASE("dominators of random graphs are those that their definition has") {
    std::mt19937 random(20261130);
    for (int round = 0; round < 300; ++round) {
        const auto below = [&random](NodeId limit) { return static_cast<NodeId>(random() % limit); };
        const NodeId count = 2 + below(30);
        std::vector<std::vector<NodeId>> targets(count);
        for (NodeId edge = below(count * 3); edge > 0; --edge) { targets[below(count)].push_back(below(count)); }
        std::vector<NodeId> roots;
        for (NodeId root = 1 + below(3); root > 0; --root) { roots.push_back(below(count)); }
        const Dominators dominators = dominators_of(targets, roots);
        for (NodeId node = 0; node < count; ++node) {
            if (!dominators.is_reached(node)) { continue; }
            std::uint64_t retained = 0;
            for (const NodeId held : lost(targets, roots, node)) {
                retained += size_of(held);
                // Whoever holds it is the node, or above its parent.
                NodeId above = held;
                while (above != kNoNode && above != node) { above = dominators.parent(above); }
                CHECK(above == node);
            }
            CHECK(dominators.retained(node) == retained);
        }
    }
}

TEST_CASE("a chain of a million is no matter of recursion") {
    constexpr NodeId kLong = 1'000'000;
    Edges edges;
    for (NodeId node = 0; node < kLong; ++node) {
        edges.begin(node);
        if (node + 1 < kLong) { edges.add(node + 1); }
    }
    const std::vector<NodeId> roots{0};
    const Dominators dominators(edges, roots, [](NodeId) { return 1; });
    CHECK(dominators.retained(0) == kLong);
    CHECK(dominators.parent(kLong - 1) == kLong - 2);
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/stack_tree.h"

#include <catch2/catch.hpp>

#include "injector/collector/thread_state.h"

namespace memray::collector {

TEST_CASE("the same frame under the same parent is the same node") {
    StackTree tree;
    const std::uint32_t a = tree.child(StackTree::kRoot, 5);
    const std::uint32_t b = tree.child(a, 5);
    CHECK(tree.child(StackTree::kRoot, 5) == a);
    CHECK(tree.child(a, 5) == b);
    CHECK(a != b);
    CHECK(tree.parent(b) == a);
    CHECK(tree.frame(b) == 5);
    CHECK(tree.size() == 3);
}

TEST_CASE("nodes keep their numbers while the tree grows, parents below children") {
    StackTree tree;
    std::uint32_t node = StackTree::kRoot;
    std::vector<std::uint32_t> path;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        node = tree.child(i % 100 == 0 ? StackTree::kRoot : node, i);
        path.push_back(node);
    }
    std::size_t wrong = 0;
    for (std::uint64_t i = 0; i < path.size(); ++i) {
        const std::uint32_t parent = i % 100 == 0 ? StackTree::kRoot : path[i - 1];
        wrong += tree.child(parent, i) == path[i] && parent < path[i] ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a thread's stack follows pops and pushes, and survives too many pops") {
    StackTree tree;
    StackCursor state;
    CHECK(state.push(tree, 1));
    const std::uint32_t outer = state.node;
    CHECK(state.push(tree, 2));
    CHECK(state.pop(1));
    CHECK(state.node == outer);
    CHECK_FALSE(state.pop(2));
    CHECK(state.node == StackTree::kRoot);
    CHECK(state.push(tree, 1));
    CHECK(state.node == outer);
}

TEST_CASE("a stack of more than a million frames is cut") {
    StackTree tree;
    StackCursor state;
    for (std::size_t i = 0; i < StackCursor::kMaxDepth; ++i) {
        if (!state.push(tree, 7)) { FAIL(i); }
    }
    const std::uint32_t deepest = state.node;
    CHECK_FALSE(state.push(tree, 7));
    CHECK(state.node == deepest);
}

}  // namespace memray::collector

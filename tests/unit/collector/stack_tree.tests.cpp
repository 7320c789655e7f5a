// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/interning/stack_tree.h"

#include <catch2/catch.hpp>

#include "injector/collector/thread_state.h"

namespace memray::interning {

namespace {

using capture::kRootStack;
using collector::StackCursor;

struct Tree {
    std::vector<capture::Stack> rows{capture::Stack{}};
    StackTree<capture::Stack> tree{rows};

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame, bool entry = false) {
        return tree.child({parent, frame, entry});
    }
};

}  // namespace

TEST_CASE("the same frame under the same parent is the same node") {
    Tree tree;
    const std::uint32_t a = tree.child(kRootStack, 5);
    const std::uint32_t b = tree.child(a, 5);
    CHECK(tree.child(kRootStack, 5) == a);
    CHECK(tree.child(a, 5) == b);
    CHECK(a != b);
    CHECK(tree.child(kRootStack, 5, true) == 3);  // native code called it: another one
    CHECK((tree.rows[b].parent == a && tree.rows[b].frame == 5 && !tree.rows[b].entry));
    CHECK((tree.rows[3].parent == kRootStack && tree.rows[3].frame == 5 && tree.rows[3].entry));
    CHECK(tree.rows.size() == 4);
}

TEST_CASE("nodes keep their numbers while the tree grows, parents below children") {
    Tree tree;
    std::uint32_t node = kRootStack;
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < 50'000; ++i) {
        node = tree.child(i % 100 == 0 ? kRootStack : node, i);
        path.push_back(node);
    }
    std::size_t wrong = 0;
    for (std::uint32_t i = 0; i < path.size(); ++i) {
        const std::uint32_t parent = i % 100 == 0 ? kRootStack : path[i - 1];
        wrong += tree.child(parent, i) == path[i] && parent < path[i] ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a thread's stack follows pops and pushes, and survives too many pops") {
    StackCursor state;
    CHECK(state.push(4));
    CHECK(state.push(9));
    CHECK(state.pop(1));
    CHECK(state.node == 4);
    CHECK_FALSE(state.pop(2));
    CHECK(state.node == kRootStack);
    CHECK(state.push(4));
    CHECK(state.node == 4);
}

TEST_CASE("a stack of more than a million frames is cut") {
    StackCursor state;
    for (std::uint32_t i = 0; i < StackCursor::kMaxDepth; ++i) {
        if (!state.push(i + 1)) { FAIL(i); }
    }
    CHECK_FALSE(state.push(7));
    CHECK(state.node == StackCursor::kMaxDepth);
}

}  // namespace memray::interning

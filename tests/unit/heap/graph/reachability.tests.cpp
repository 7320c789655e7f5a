// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/reachability.h"

#include <catch2/catch.hpp>

namespace memray::heap {

TEST_CASE("the shortest way wins, and who came first keeps what it has") {
    Edges edges;  // 0 -> 1 -> 2 -> 3, 0 -> 3, 4 -> 2, 4 -> 5
    edges.begin(0);
    edges.add(1);
    edges.add(3);
    edges.begin(1);
    edges.add(2);
    edges.begin(2);
    edges.add(3);
    edges.begin(4);
    edges.add(2);
    edges.add(5);
    edges.extend(6);
    Reachability paths;
    const std::vector<NodeId> first{0};
    paths.reach(edges, first);
    CHECK(paths.before(0) == 0);
    CHECK(paths.before(3) == 0);
    CHECK(paths.before(2) == 1);
    CHECK_FALSE(paths.is_reached(4));
    CHECK_FALSE(paths.is_reached(5));
    const std::vector<NodeId> second{4, 0};
    paths.reach(edges, second);
    CHECK(paths.before(2) == 1);
    CHECK(paths.before(5) == 4);
    CHECK_FALSE(paths.is_reached(100));
}

}  // namespace memray::heap

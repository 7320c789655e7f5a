// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/nodes.h"

#include <catch2/catch.hpp>
#include <random>

namespace memray::heap {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

Classified block(std::uint64_t address, std::uint64_t size, TypeId type = kNoType, std::uint32_t front = 0) {
    Classified found{{RemoteAddr(address), size, BlockOrigin::kMalloc}};
    found.type = type;
    found.front = front;
    return found;
}

}  // namespace

TEST_CASE("a block is found by every address in it, an object by its own alone") {
    Nodes nodes;
    nodes.add(block(0x10000, 48, 7, 16));
    nodes.add(block(0x10030, 32));
    nodes.index();
    CHECK(nodes.holding(RemoteAddr(0x10000)) == 0);
    CHECK(nodes.holding(RemoteAddr(0x1002f)) == 0);
    CHECK(nodes.holding(RemoteAddr(0x10030)) == 1);
    CHECK(nodes.holding(RemoteAddr(0x10050)) == kNoNode);
    CHECK(nodes.holding(RemoteAddr(0xffff)) == kNoNode);
    CHECK(nodes.at(RemoteAddr(0x10010)) == 0);
    CHECK(nodes.at(RemoteAddr(0x10000)) == kNoNode);
    CHECK(nodes.at(RemoteAddr(0x10030)) == 1);
    CHECK(nodes.at(RemoteAddr(0x10040)) == kNoNode);
    CHECK(nodes[0].type() == 7);
    CHECK(nodes[0].front() == 16);
    CHECK(nodes.first_from(RemoteAddr(0x10001)) == 1);
    CHECK(nodes.first_from(RemoteAddr(0x10031)) == kNoNode);
}

TEST_CASE("blocks may come in runs in any order, and go over a megabyte's end") {
    Nodes nodes;
    nodes.add(block(40 * kMiB - 16, 3 * kMiB));
    nodes.add(block(50 * kMiB, 32));
    nodes.add(block(8 * kMiB, 64));
    nodes.add(block(9 * kMiB - 32, 32));
    nodes.index();
    REQUIRE(nodes.size() == 4);
    CHECK(nodes.holding(RemoteAddr(8 * kMiB)) == 0);
    CHECK(nodes.holding(RemoteAddr(9 * kMiB - 1)) == 1);
    CHECK(nodes.holding(RemoteAddr(9 * kMiB)) == kNoNode);
    for (const std::uint64_t offset : {std::uint64_t{0}, kMiB, 2 * kMiB, 3 * kMiB - 1}) {
        CHECK(nodes.holding(RemoteAddr(40 * kMiB - 16 + offset)) == 2);
    }
    CHECK(nodes.holding(RemoteAddr(43 * kMiB - 16)) == kNoNode);
    CHECK(nodes.holding(RemoteAddr(50 * kMiB + 31)) == 3);
}

TEST_CASE("of blocks that overlap the first is kept") {
    Nodes nodes;
    nodes.add(block(0x20000, 256));
    nodes.add(block(0x20080, 64));
    nodes.add(block(0x20100, 64));
    nodes.index();
    CHECK(nodes.size() == 2);
    CHECK(nodes.holding(RemoteAddr(0x20090)) == 0);
    CHECK(nodes.holding(RemoteAddr(0x20100)) == 1);
}

TEST_CASE("random blocks are found as a search through all of them finds them") {
    std::mt19937_64 random(20261130);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks;
    Nodes nodes;
    std::uint64_t address = 7 * kMiB;
    for (int count = 0; count < 20'000; ++count) {
        address += random() % 8 * 16 + (random() % 500 == 0 ? random() % 8 * kMiB : 0);
        const std::uint64_t size = 16 * (1 + random() % 64) + (random() % 1000 == 0 ? 2 * kMiB : 0);
        blocks.emplace_back(address, size);
        nodes.add(block(address, size));
        address += size;
    }
    nodes.index();
    REQUIRE(nodes.size() == blocks.size());
    for (int count = 0; count < 50'000; ++count) {
        const std::uint64_t wanted = 7 * kMiB + random() % (address - 7 * kMiB + 100);
        auto after = std::upper_bound(blocks.begin(), blocks.end(), std::pair{wanted, ~std::uint64_t{0}});
        NodeId expected = kNoNode;
        if (after != blocks.begin()) {
            --after;
            if (wanted < after->first + after->second) { expected = static_cast<NodeId>(after - blocks.begin()); }
        }
        if (nodes.holding(RemoteAddr(wanted)) != expected) { FAIL(std::hex << wanted); }
    }
}

TEST_CASE("objects in no block have numbers behind the blocks") {
    Nodes nodes;
    nodes.add(block(0x10000, 32));
    nodes.index();
    const NodeId node = nodes.add_static(RemoteAddr(0x700008), 3);
    CHECK(node == 1);
    CHECK(nodes.blocks() == 1);
    CHECK(nodes.at(RemoteAddr(0x700008)) == node);
    CHECK(nodes[node].is_static());
    CHECK(nodes[node].is_object());
    CHECK(nodes[node].size() == 0);
    Nodes none;
    none.index();
    CHECK(none.holding(RemoteAddr(0x10000)) == kNoNode);
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/live_table.h"

#include <catch2/catch.hpp>
#include <random>
#include <unordered_map>
#include <vector>

namespace memray::collector {

TEST_CASE("a block comes back as it was put in") {
    const std::uint64_t size = GENERATE(0U, 1U, 65534U, 65535U, 65536U, (1ULL << 48U) - 1);
    LiveTable table;
    std::uint32_t slot = 9;
    REQUIRE(table.insert({kMaxAddress, size, kMaxSites - 1, kMaxBuckets - 1, 0xffffffff}, slot));
    CHECK(slot == 0);
    Block block;
    CHECK(table.take(kMaxAddress, block) == 0);
    CHECK(block.address == kMaxAddress);
    CHECK(block.size == size);
    CHECK(block.site == kMaxSites - 1);
    CHECK(block.bucket == kMaxBuckets - 1);
    CHECK(block.birth == 0xffffffff);
    CHECK(table.take(kMaxAddress, block) == kNoSlot);
}

TEST_CASE("the slot freed last is used first") {
    LiveTable table;
    std::uint32_t slot = 0;
    Block block;
    for (std::uint64_t address = 1; address <= 3; ++address) { REQUIRE(table.insert({address, 8, 0, 0, 0}, slot)); }
    CHECK(slot == 2);
    CHECK(table.take(1, block) == 0);
    CHECK(table.take(3, block) == 2);
    REQUIRE(table.insert({4, 8, 0, 0, 0}, slot));
    CHECK(slot == 2);
    REQUIRE(table.insert({5, 8, 0, 0, 0}, slot));
    CHECK(slot == 0);
    REQUIRE(table.insert({6, 8, 0, 0, 0}, slot));
    CHECK(slot == 3);
}

TEST_CASE("a live address is not overwritten") {
    LiveTable table;
    std::uint32_t slot = 0;
    REQUIRE(table.insert({16, 8, 1, 0, 0}, slot));
    CHECK_FALSE(table.insert({16, 9, 2, 0, 0}, slot));
    Block block;
    CHECK(table.take(16, block) == 0);
    CHECK(block.size == 8);
}

TEST_CASE("random work agrees with a plain map") {
    LiveTable table;
    std::unordered_map<std::uint64_t, std::uint64_t> model;
    std::mt19937_64 random(7);
    std::uint64_t wrong = 0;
    for (int i = 0; i < 400'000; ++i) {
        const std::uint64_t address = 16 + (random() % 60'000) * 16;
        const std::uint64_t size = random() % 100'000;
        const auto found = model.find(address);
        std::uint32_t slot = 0;
        Block block;
        if (random() % 2 == 0) {
            wrong += table.insert({address, size, 3, 1, 5}, slot) == (found == model.end()) ? 0 : 1;
            model.try_emplace(address, size);
        } else {
            const bool taken = table.take(address, block) != kNoSlot;
            wrong += taken == (found != model.end()) && (!taken || block.size == found->second) ? 0 : 1;
            model.erase(address);
        }
    }
    CHECK(wrong == 0);
    CHECK(table.indexed() == model.size());
    std::size_t visited = 0;
    table.for_each([&](const Block& block) { visited += model.at(block.address) == block.size ? 1 : 0; });
    CHECK(visited == model.size());
}

TEST_CASE("more blocks than the first slot numbers hold, in at most 24 bytes each") {
    LiveTable table;
    std::uint32_t slot = 0;
    std::size_t too_large = 0;
    constexpr std::uint64_t kCount = (1U << 20U) + 100'000;
    for (std::uint64_t i = 1; i <= kCount; ++i) {
        if (!table.insert({i * 32, i % 1000, 0, 0, 0}, slot)) { FAIL(i); }
        if (i > 10'000 && table.memory() > 24 * i) { ++too_large; }
    }
    CHECK(slot == kCount - 1);
    CHECK(too_large == 0);
    Block block;
    std::size_t wrong = 0;
    for (std::uint64_t i = 1; i <= kCount; ++i) { wrong += table.take(i * 32, block) == i - 1 ? 0 : 1; }
    CHECK(wrong == 0);
    CHECK(table.indexed() == 0);
}

TEST_CASE("folding halves the time buckets of live blocks") {
    LiveTable table;
    std::uint32_t slot = 0;
    table.insert({16, 8, 5, 127, 3}, slot);
    table.fold_buckets();
    CHECK(table.block(slot).bucket == 63);
    CHECK(table.block(slot).site == 5);
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/code_ids.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using memray::payload::CodeIds;

namespace {

bool insert(CodeIds& ids, std::uint64_t code, std::uint32_t id, std::uint32_t generation) {
    const std::uint32_t place = ids.take_place(code);
    if (place == CodeIds::kNoPlace) { return false; }
    ids.insert(place, code, id, generation);
    return true;
}

// The ids of the entries that were there, and their generations.
std::vector<std::pair<std::uint32_t, std::uint32_t>> erase(CodeIds& ids, std::uint64_t code) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> erased;
    const bool found = ids.erase(
        code, [&](std::uint32_t id, std::uint32_t generation) noexcept { erased.emplace_back(id, generation); });
    CHECK(found == !erased.empty());
    return erased;
}

}  // namespace

TEST_CASE("an id is found until its code object dies") {
    const auto ids = std::make_unique<CodeIds>();
    CHECK(ids->find(0x1000, 1) == 0);
    CHECK_FALSE(ids->was_full());
    REQUIRE(insert(*ids, 0x1000, 7, 1));
    CHECK(ids->find(0x1000, 1) == 7);
    CHECK(erase(*ids, 0x1000) == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{7, 1}});
    CHECK(ids->find(0x1000, 1) == 0);
    CHECK(erase(*ids, 0x1000).empty());
    REQUIRE(insert(*ids, 0x1000, 8, 1));
    CHECK(ids->find(0x1000, 1) == 8);
}

TEST_CASE("an id of another recording is not found, and does not hide the one of this") {
    const auto ids = std::make_unique<CodeIds>();
    insert(*ids, 0x1000, 7, 1);
    CHECK(ids->find(0x1000, 2) == 0);
    insert(*ids, 0x1000, 3, 2);
    CHECK(ids->find(0x1000, 2) == 3);
    CHECK(ids->find(0x1000, 1) == 7);
}

TEST_CASE("erasing removes an entry that was inserted twice") {
    const auto ids = std::make_unique<CodeIds>();
    insert(*ids, 0x1000, 1, 1);
    insert(*ids, 0x1000, 2, 1);
    CHECK(erase(*ids, 0x1000) == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 1}, {2, 1}});
    CHECK(ids->find(0x1000, 1) == 0);
}

TEST_CASE("a place that is given back has no entry, and can be taken again") {
    const auto ids = std::make_unique<CodeIds>();
    const std::uint32_t place = ids->take_place(0x1000);
    CHECK(ids->find(0x1000, 1) == 0);
    ids->give_back(place);
    CHECK(erase(*ids, 0x1000).empty());
    CHECK(ids->take_place(0x1000) == place);
}

TEST_CASE("a crowded table refuses some and keeps the others right") {
    const auto ids = std::make_unique<CodeIds>();
    std::uint32_t refused = 0;
    for (std::uint32_t i = 1; i <= 60000; ++i) { refused += insert(*ids, i * 16ULL, i, 1) ? 0 : 1; }
    CHECK(refused >= 60000 - 32768);
    CHECK(ids->was_full());
    std::uint32_t wrong = 0;
    std::uint32_t found = 0;
    for (std::uint32_t i = 1; i <= 60000; ++i) {
        const std::uint32_t id = ids->find(i * 16ULL, 1);
        found += id != 0;
        wrong += id != 0 && id != i;
    }
    CHECK(wrong == 0);
    CHECK(found == 60000 - refused);
}

TEST_CASE("a reader never sees the id of another code object while entries come and go") {
    const auto ids = std::make_unique<CodeIds>();
    insert(*ids, 0x10, 1, 1);
    std::atomic<bool> stop{false};
    std::thread churn([&] {
        for (std::uint32_t round = 0; round < 200'000; ++round) {
            insert(*ids, 0x20, 2, 1);
            ids->erase(0x20, [](std::uint32_t, std::uint32_t) noexcept {});
        }
        stop = true;
    });
    std::uint64_t wrong = 0;
    while (!stop) {
        wrong += ids->find(0x10, 1) != 1;
        const auto other = ids->find(0x20, 1);
        wrong += other != 0 && other != 2;
    }
    churn.join();
    CHECK(wrong == 0);
}

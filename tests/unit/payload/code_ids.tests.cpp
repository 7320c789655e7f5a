// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/code_ids.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

using memray::payload::CodeIds;

TEST_CASE("an id is found until its code object dies") {
    const auto ids = std::make_unique<CodeIds>();
    CHECK(ids->find(0x1000, 1) == 0);
    REQUIRE(ids->insert(0x1000, 7, 1));
    CHECK(ids->find(0x1000, 1) == 7);
    CHECK(ids->erase(0x1000));
    CHECK(ids->find(0x1000, 1) == 0);
    CHECK_FALSE(ids->erase(0x1000));
    REQUIRE(ids->insert(0x1000, 8, 1));
    CHECK(ids->find(0x1000, 1) == 8);
}

TEST_CASE("an id of another recording is not found, and does not hide the one of this") {
    const auto ids = std::make_unique<CodeIds>();
    ids->insert(0x1000, 7, 1);
    CHECK(ids->find(0x1000, 2) == 0);
    ids->insert(0x1000, 3, 2);
    CHECK(ids->find(0x1000, 2) == 3);
    CHECK(ids->find(0x1000, 1) == 7);
}

TEST_CASE("erasing removes an entry that was inserted twice") {
    const auto ids = std::make_unique<CodeIds>();
    ids->insert(0x1000, 1, 1);
    ids->insert(0x1000, 2, 1);
    CHECK(ids->erase(0x1000));
    CHECK(ids->find(0x1000, 1) == 0);
}

TEST_CASE("a crowded table refuses some and keeps the others right") {
    const auto ids = std::make_unique<CodeIds>();
    std::uint32_t refused = 0;
    for (std::uint32_t i = 1; i <= 60000; ++i) { refused += ids->insert(i * 16ULL, i, 1) ? 0 : 1; }
    CHECK(refused >= 60000 - 32768);
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
    ids->insert(0x10, 1, 1);
    std::atomic<bool> stop{false};
    std::thread churn([&] {
        for (std::uint32_t round = 0; round < 200'000; ++round) {
            ids->insert(0x20, 2, 1);
            ids->erase(0x20);
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

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/block_marks.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

using memray::payload::BlockMarks;

namespace {

const void* at(std::uint64_t address) { return reinterpret_cast<const void*>(address); }

}  // namespace

TEST_CASE("a block is marked until it is removed, and none beside it is") {
    auto marks = std::make_unique<BlockMarks>();
    // Neighbours within a word, a leaf, a branch and the root.
    for (const std::uint64_t address : {0x10UL, 0x20UL, 0x7f12'3456'7890UL, 0x7f12'3456'78a0UL, 0x7f12'3456'7c90UL,
                                        0x7f12'3656'7890UL, 0x7f32'3456'7890UL, 0x7fff'ffff'fff0UL}) {
        CHECK_FALSE(marks->remove(at(address)));
        CHECK(marks->add(at(address)));
    }
    CHECK_FALSE(marks->remove(nullptr));
    CHECK_FALSE(marks->remove(at(0x7f12'3456'78b0)));
    CHECK(marks->remove(at(0x7f12'3456'7890)));
    CHECK_FALSE(marks->remove(at(0x7f12'3456'7890)));
    CHECK(marks->remove(at(0x7f12'3456'78a0)));
    marks->clear();
    CHECK_FALSE(marks->remove(at(0x7fff'ffff'fff0)));
    CHECK(marks->add(at(0x7fff'ffff'fff0)));
    CHECK(marks->remove(at(0x7fff'ffff'fff0)));
}

TEST_CASE("threads that mark neighbouring blocks do not lose each other's marks") {
    auto marks = std::make_unique<BlockMarks>();
    constexpr std::uint64_t kThreads = 4;
    constexpr std::uint64_t kBlocks = 100'000;
    const auto block = [](std::uint64_t thread, std::uint64_t i) {
        return at(0x7f00'0000'0000 + (i * kThreads + thread) * 16);
    };
    std::vector<std::thread> threads;
    std::vector<std::uint64_t> missing(kThreads);
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < kBlocks; ++i) { missing[thread] += !marks->add(block(thread, i)); }
            for (std::uint64_t i = 0; i < kBlocks; ++i) { missing[thread] += !marks->remove(block(thread, i)); }
        });
    }
    for (std::thread& thread : threads) { thread.join(); }
    CHECK(missing == std::vector<std::uint64_t>(kThreads));
}

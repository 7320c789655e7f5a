// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/ordered_merge.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using tests::SharedRegion;
using tests::TargetThread;
using wire::Allocator;
using wire::RecordKind;

struct Seen {
    std::uint32_t ring;
    std::uint64_t value;  // address of an event, header of a change
    bool operator==(const Seen&) const = default;
};

struct Sink {
    std::vector<std::uint32_t> opened_rings;
    std::vector<Seen> events;
    std::vector<Seen> changes;
    void opened(std::uint32_t ring, std::uint32_t, std::uint32_t) { opened_rings.push_back(ring); }
    void event(std::uint32_t ring, std::uint64_t, std::uint64_t address) { events.push_back({ring, address}); }
    static void settle() {}
    void change(std::uint32_t ring, std::uint64_t header, const wire::RingReader&) {
        changes.push_back({ring, header});
    }
};

constexpr std::size_t kAll = 1'000'000;

}  // namespace

TEST_CASE("events of several rings come in the order of their numbers") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    TargetThread b(shared, 1);
    a.allocate(1, 8);
    b.allocate(2, 8);
    b.allocate(3, 8);
    a.allocate(4, 8);
    Sink sink;
    CHECK(merge.drain(sink, kAll) == 4);
    CHECK(sink.events == std::vector<Seen>{{0, 1}, {1, 2}, {1, 3}, {0, 4}});
    CHECK(sink.opened_rings == std::vector<std::uint32_t>{0, 1});
    CHECK_FALSE(merge.blocked());
}

TEST_CASE("records without a number are delivered although an event of another ring is missing") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    TargetThread b(shared, 1);
    a.take_number();
    b.frames(0, {wire::frame_word(1, 0)});
    b.allocate(5, 8);
    Sink sink;
    CHECK(merge.drain(sink, kAll) == 1);
    CHECK(sink.changes.size() == 1);
    CHECK(sink.events.empty());
    CHECK(merge.blocked());
}

TEST_CASE("a missing number is waited for") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    TargetThread b(shared, 1);
    const std::uint64_t number = a.take_number();
    b.allocate(5, 8);
    Sink sink;
    merge.drain(sink, kAll);
    CHECK(sink.events.empty());
    a.numbered(RecordKind::kAllocation, Allocator::kMalloc, 8, 4, number);
    merge.drain(sink, kAll);
    CHECK(sink.events == std::vector<Seen>{{0, 4}, {1, 5}});
    CHECK(merge.missing() == 0);
}

TEST_CASE("a writer that died in the middle of a record is skipped, and counted") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    TargetThread b(shared, 1);
    a.allocate(1, 8);
    a.take_number();
    a.take_number();
    b.allocate(5, 8);
    Sink sink;
    merge.drain(sink, kAll);
    REQUIRE(merge.blocked());
    merge.skip_missing();
    merge.drain(sink, kAll);
    CHECK(sink.events == std::vector<Seen>{{0, 1}, {1, 5}});
    CHECK(merge.missing() == 2);
    CHECK_FALSE(merge.blocked());
}

TEST_CASE("a number that was skipped is delivered when it comes after all") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    TargetThread b(shared, 1);
    const std::uint64_t late = a.take_number();
    b.allocate(5, 8);
    Sink sink;
    merge.drain(sink, kAll);
    merge.skip_missing();
    merge.drain(sink, kAll);
    a.numbered(RecordKind::kAllocation, Allocator::kMalloc, 8, 4, late);
    b.allocate(6, 8);
    merge.drain(sink, kAll);
    CHECK(sink.events.size() == 3);
    CHECK(merge.missing() == 0);
    CHECK_FALSE(merge.blocked());
}

TEST_CASE("a ring that makes no sense is given up, the others go on and its writer gets room") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread bad(shared, 0);
    TargetThread good(shared, 1);
    const auto header = GENERATE(std::uint64_t{0}, std::uint64_t{0xff}, wire::header_word(RecordKind::kBytes, {}, 999),
                                 wire::header_word(RecordKind::kFrames, {}, wire::frames_value(0, 61)),
                                 wire::header_word(RecordKind::kAllocation, {}, 1));
    bad.words({header});
    good.allocate(5, 8);
    Sink sink;
    merge.drain(sink, kAll);
    CHECK(merge.corrupt_rings() == 1);
    CHECK(sink.events == std::vector<Seen>{{1, 5}});
    CHECK(bad.slot().tail == bad.slot().head);
    bad.allocate(6, 8);
    merge.drain(sink, kAll);
    CHECK(sink.events.size() == 1);
    CHECK(bad.slot().tail == bad.slot().head);
}

TEST_CASE("a position far beyond the ring makes it corrupt") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread bad(shared, 0);
    bad.slot().head = 1'000'000;
    Sink sink;
    CHECK(merge.drain(sink, kAll) == 0);
    CHECK(merge.corrupt_rings() == 1);
}

TEST_CASE("a claim count beyond the pool is not believed") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    shared.control().slots_high_water = 0xffffffff;
    Sink sink;
    CHECK(merge.drain(sink, kAll) == 0);
    CHECK(merge.rings() == 4);
}

TEST_CASE("the limit stops the merge and loses nothing") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    for (std::uint64_t i = 1; i <= 5; ++i) { a.allocate(i, 8); }
    Sink sink;
    CHECK(merge.drain(sink, 2) == 2);
    CHECK(merge.drain(sink, 2) == 2);
    CHECK(merge.drain(sink, 2) == 1);
    CHECK(sink.events == std::vector<Seen>{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}});
}

TEST_CASE("room is given back when the ring is drained") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    TargetThread a(shared, 0);
    a.allocate(1, 8);
    Sink sink;
    merge.drain(sink, kAll);
    CHECK(a.slot().tail == 3);
    CHECK(merge.drained(0));
}

TEST_CASE("tiny rings of real threads are merged without a gap") {
    const SharedRegion shared({.slots = 4, .ring_words = 64});
    MappedRegion region(shared.controller_memory());
    OrderedMerge merge(region);
    constexpr std::uint64_t kEach = 5'000;
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 4; ++t) {
        threads.emplace_back([&shared, t] {
            TargetThread thread(shared, t);
            for (std::uint64_t i = 0; i < kEach; ++i) {
                if (i % 7 == 0) { thread.frames(0, {wire::frame_word(1, 0)}); }
                thread.reserve(3);
                const std::uint64_t number = thread.take_number();
                // The address says what number it has: the sink sees the order.
                thread.numbered(RecordKind::kAllocation, Allocator::kMalloc, 8, number, number);
            }
        });
    }
    Sink sink;
    while (sink.events.size() < 4 * kEach) { merge.drain(sink, 1000); }
    for (std::thread& thread : threads) { thread.join(); }
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < sink.events.size(); ++i) { wrong += sink.events[i].value == i ? 0 : 1; }
    CHECK(wrong == 0);
    CHECK(merge.missing() == 0);
    CHECK(sink.changes.size() == 4 * ((kEach + 6) / 7));
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/aggregator.h"

#include <catch2/catch.hpp>

namespace memray::collector {
namespace {

using capture::Allocator;

struct Heap {
    Aggregator aggregator{0, nullptr};
    ThreadState main;
    ThreadState other;
    Heap() { other.thread = 1; }

    void allocate(std::uint64_t address, std::uint64_t size, std::uint32_t node = 0) {
        main.python.node = node;
        aggregator.allocation(main, Allocator::kMalloc, address, size);
    }
    void free(std::uint64_t address) { aggregator.deallocation(main, Allocator::kFree, address, 0); }
    void map(std::uint64_t address, std::uint64_t size) {
        aggregator.allocation(main, Allocator::kMmap, address, size);
    }
    void unmap(std::uint64_t address, std::uint64_t size) {
        aggregator.deallocation(main, Allocator::kMunmap, address, size);
    }
    capture::Profile profile() const {
        capture::Profile profile;
        profile.sites.resize(aggregator.sites().size());
        aggregator.fill(profile);
        return profile;
    }
};

void check(const capture::Amount& amount, std::uint64_t count, std::uint64_t bytes) {
    CHECK(amount.count == count);
    CHECK(amount.bytes == bytes);
}

}  // namespace

TEST_CASE("what was allocated since a mark is told from what was there before, exactly") {
    Heap heap;
    heap.main.opened = true;
    heap.aggregator.advance(5);
    heap.allocate(16, 100, 1);
    heap.allocate(32, 50, 1);
    heap.aggregator.allocation(heap.other, Allocator::kMalloc, 64, 7);  // of a thread that has ended
    const Mark mark = heap.aggregator.mark({heap.main}, 2);
    heap.allocate(48, 20, 1);
    heap.free(32);
    heap.allocate(32, 3, 1);  // the same address again
    const auto now = [&] { return heap.aggregator.live_since(mark); };
    check(now().at(0), 2, 23);
    check(now().at(1), 0, 0);
    heap.aggregator.advance(1000);
    heap.main.allocations += 0x90000000;  // more than a signed count can tell
    heap.allocate(80, 1000, 1);
    ThreadState young;
    young.thread = 2;
    heap.aggregator.allocation(young, Allocator::kMalloc, 96, 5);
    check(now().at(0), 3, 1023);
    check(now().at(2), 1, 5);
    heap.aggregator.advance(3000);  // buckets were folded
    check(now().at(0), 3, 1023);
    heap.free(48);
    check(now().at(0), 2, 1003);
}

TEST_CASE("sites know what they held at the peak, at the end and in all") {
    Heap heap;
    heap.allocate(16, 100, 1);
    heap.allocate(32, 50, 2);
    heap.free(16);
    heap.allocate(48, 20, 1);
    const capture::Profile profile = heap.profile();
    REQUIRE(profile.sites.size() == 2);
    check(profile.peak, 2, 150);
    check(profile.sites[0].peak, 1, 100);
    check(profile.sites[1].peak, 1, 50);
    check(profile.sites[0].leaked, 1, 20);
    check(profile.sites[1].leaked, 1, 50);
    check(profile.sites[0].total, 2, 120);
    check(profile.total, 3, 170);
    check(profile.leaked, 2, 70);
}

TEST_CASE("of two equal peaks the first one counts") {
    Heap heap;
    heap.allocate(16, 100, 1);
    heap.free(16);
    heap.aggregator.advance(5);
    heap.allocate(16, 100, 2);
    heap.free(16);
    const capture::Profile profile = heap.profile();
    check(profile.sites[0].peak, 1, 100);
    check(profile.sites[1].peak, 0, 0);
    CHECK(profile.peak_ms == 0);
}

TEST_CASE("a later, larger peak replaces the first") {
    Heap heap;
    heap.allocate(16, 100, 1);
    heap.free(16);
    heap.aggregator.advance(5);
    heap.allocate(16, 101, 2);
    const capture::Profile profile = heap.profile();
    check(profile.sites[0].peak, 0, 0);
    check(profile.sites[1].peak, 1, 101);
    CHECK(profile.peak_ms == 5);
}

TEST_CASE("a lifetime counts the thread's other allocations until the free") {
    Heap heap;
    heap.allocate(16, 10);
    heap.free(16);
    heap.allocate(32, 10);
    heap.allocate(48, 10);
    heap.aggregator.allocation(heap.other, Allocator::kMalloc, 64, 10);
    heap.free(32);
    const capture::Profile profile = heap.profile();
    REQUIRE(profile.lifetimes.size() == 2);
    CHECK(profile.lifetimes[0].distance == 0);
    check(profile.lifetimes[0].amount, 1, 10);
    CHECK(profile.lifetimes[1].distance == 1);
    check(profile.lifetimes[1].amount, 1, 10);
}

TEST_CASE("a free by another thread has no lifetime but frees") {
    Heap heap;
    heap.allocate(16, 10);
    heap.aggregator.deallocation(heap.other, Allocator::kFree, 16, 0);
    const capture::Profile profile = heap.profile();
    CHECK(profile.lifetimes.empty());
    check(profile.leaked, 0, 0);
    CHECK(profile.metadata.losses.unknown_frees == 0);
}

TEST_CASE("a realloc that failed leaves everything as it was") {
    Heap heap;
    heap.allocate(16, 100);
    heap.allocate(32, 1);
    heap.aggregator.advance(25);
    heap.free(16);
    heap.aggregator.undo_deallocation(heap.main);
    const capture::Profile profile = heap.profile();
    check(profile.leaked, 2, 101);
    check(profile.peak, 2, 101);
    check(profile.total, 2, 101);
    CHECK(profile.lifetimes.empty());
    CHECK(profile.allocators[static_cast<std::size_t>(Allocator::kFree)].count == 0);
    REQUIRE(profile.intervals.size() == 1);
    CHECK(profile.intervals[0].freed == capture::kNever);
    check(profile.intervals[0].amount, 2, 101);
    heap.free(16);
    CHECK(heap.profile().lifetimes[0].distance == 1);
}

TEST_CASE("an undone free of unknown memory is not an unknown free") {
    Heap heap;
    heap.free(16);
    CHECK(heap.profile().metadata.losses.unknown_frees == 1);
    heap.aggregator.undo_deallocation(heap.main);
    CHECK(heap.profile().metadata.losses.unknown_frees == 0);
}

TEST_CASE("an allocation over a live address frees what was there and is counted") {
    Heap heap;
    heap.allocate(16, 100);
    heap.allocate(16, 30);
    const capture::Profile profile = heap.profile();
    check(profile.leaked, 1, 30);
    check(profile.peak, 1, 100);
    CHECK(profile.metadata.losses.reused_addresses == 1);
}

TEST_CASE("a partial munmap shrinks a mapping, one in the middle splits it") {
    Heap heap;
    heap.map(0x10000, 0x4000);
    heap.unmap(0x10000, 0x1000);
    check(heap.profile().leaked, 1, 0x3000);
    heap.unmap(0x12000, 0x1000);
    check(heap.profile().leaked, 2, 0x2000);
    heap.unmap(0x10000, 0x4000);
    const capture::Profile profile = heap.profile();
    check(profile.leaked, 0, 0);
    check(profile.total, 1, 0x4000);
    check(profile.peak, 1, 0x4000);
    CHECK(profile.metadata.losses.unknown_frees == 0);
    CHECK(profile.allocators[static_cast<std::size_t>(Allocator::kMunmap)].count == 4);
}

TEST_CASE("a mapping over another one replaces what it covers") {
    Heap heap;
    heap.map(0x10000, 0x4000);
    heap.map(0x12000, 0x4000);
    const capture::Profile profile = heap.profile();
    check(profile.leaked, 2, 0x6000);
    CHECK(profile.metadata.losses.reused_addresses == 0);
}

TEST_CASE("munmap of nothing known is an unknown free, malloc and mmap do not mix") {
    Heap heap;
    heap.allocate(0x10000, 64);
    heap.unmap(0x10000, 0x1000);
    CHECK(heap.profile().metadata.losses.unknown_frees == 1);
    check(heap.profile().leaked, 1, 64);
}

TEST_CASE("a munmap that failed leaves the mapping whole") {
    Heap heap;
    heap.map(0x10000, 0x4000);
    const bool whole = GENERATE(true, false);
    heap.unmap(whole ? 0x10000 : 0x11000, whole ? 0x4000 : 0x1000);
    heap.aggregator.undo_deallocation(heap.main);
    const capture::Profile profile = heap.profile();
    check(profile.leaked, 1, 0x4000);
    check(profile.peak, 1, 0x4000);
    CHECK(profile.lifetimes.empty());
    CHECK(profile.allocators[static_cast<std::size_t>(Allocator::kMunmap)].count == 0);
    heap.unmap(0x10000, 0x4000);
    check(heap.profile().leaked, 0, 0);
}

TEST_CASE("intervals say in which bucket memory came and went") {
    Heap heap;
    heap.allocate(16, 100);
    heap.allocate(32, 10);
    heap.free(32);
    heap.aggregator.advance(35);
    heap.allocate(48, 7);
    heap.free(16);
    const capture::Profile profile = heap.profile();
    REQUIRE(profile.intervals.size() == 2);
    CHECK((profile.intervals[0].allocated == 0 && profile.intervals[0].freed == 3));
    check(profile.intervals[0].amount, 1, 100);
    CHECK((profile.intervals[1].allocated == 3 && profile.intervals[1].freed == capture::kNever));
    check(profile.intervals[1].amount, 1, 7);
    REQUIRE(profile.time_buckets.size() == 4);
    CHECK(profile.time_buckets[0].peak_bytes == 110);
    CHECK(profile.time_buckets[3].peak_bytes == 107);
}

TEST_CASE("an undone free is right although the time buckets were folded meanwhile") {
    Heap heap;
    heap.allocate(16, 100);
    heap.aggregator.advance(1000);
    heap.free(16);
    heap.aggregator.advance(5000);
    heap.aggregator.undo_deallocation(heap.main);
    const capture::Profile profile = heap.profile();
    REQUIRE(profile.intervals.size() == 1);
    CHECK((profile.intervals[0].allocated == 0 && profile.intervals[0].freed == capture::kNever));
    check(profile.intervals[0].amount, 1, 100);
}

TEST_CASE("addresses that cannot be are dropped and counted") {
    Heap heap;
    heap.allocate(0, 10);
    heap.allocate(kMaxAddress + 1, 10);
    CHECK(heap.profile().metadata.losses.events == 2);
    check(heap.profile().leaked, 0, 0);
    heap.free(~std::uint64_t{0});
    CHECK(heap.profile().metadata.losses.unknown_frees == 1);
}

TEST_CASE("mappings that cannot be are dropped and counted") {
    Heap heap;
    const std::uint64_t last = kMaxAddress + 1 - 4096;
    heap.map(last, 4096 + 0xfffe);  // what is left of it would begin where no address is
    heap.unmap(last, 4096);
    heap.map(last, 0);
    CHECK(heap.profile().metadata.losses.events == 2);
    heap.map(last, 4096);
    heap.unmap(last, 8 - last);  // ends before it begins
    check(heap.profile().leaked, 1, 4096);
    heap.unmap(last, 4096);
    check(heap.profile().leaked, 0, 0);
    CHECK(heap.profile().metadata.losses.unknown_frees == 2);
}

}  // namespace memray::collector

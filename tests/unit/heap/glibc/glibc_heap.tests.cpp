// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/glibc_heap.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/heap/support/fake_malloc.h"

namespace memray::heap {
namespace {

using tests::FakeMalloc;
using tests::kArea;
using tests::kBreak;
using tests::kBreakSize;
using tests::kData;
using tests::kHeapDistance;
using tests::kHeapSize;
using tests::kNew;
using tests::kOld;

GlibcHeap found(const FakeMalloc& malloc) {
    auto heap = find_glibc_heap(malloc.memory);
    REQUIRE(heap.has_value());
    return *heap;
}

ChunkAmount amount(const GlibcHeap& heap, ChunkState state, std::size_t arena = 0) {
    return heap.totals_of(arena)[state];
}

// Every byte of each segment is something.
void check_sums(const GlibcHeap& heap) {
    for (std::size_t arena = 0; arena < heap.arenas().size(); ++arena) {
        std::uint64_t bytes = 0;
        for (const MallocSegment& segment : heap.arenas()[arena].segments) { bytes += segment.end - segment.begin; }
        std::uint64_t sum = 0;
        for (const ChunkAmount& part : heap.totals_of(arena).of) { sum += part.bytes; }
        CHECK(sum == bytes);
    }
}

TEST_CASE("memory without glibc has no heap of it") {
    const tests::FakeMemory memory({tests::fake_range(kData, 0x4000, "/usr/lib/libc.so.6")});
    CHECK_FALSE(find_glibc_heap(memory).has_value());
    const tests::FakeMemory nothing({});
    CHECK_FALSE(find_glibc_heap(nothing).has_value());
}

TEST_CASE("chunks in use, free ones and the top are told apart") {
    for (const MallocStateLayout& layout : {kOld, kNew}) {
        FakeMalloc malloc(layout);
        const RemoteAddr first = malloc.chunk(0x30);
        malloc.chunk(0x100);
        const RemoteAddr third = malloc.chunk(0x40, false);  // the one before is free
        malloc.finish_main();

        const GlibcHeap heap = found(malloc);

        REQUIRE(heap.arenas().size() == 1);
        CHECK(amount(heap, ChunkState::kInUse).count == 2);
        CHECK(amount(heap, ChunkState::kInUse).bytes == 0x70);
        CHECK(amount(heap, ChunkState::kFree).count == 1);
        CHECK(amount(heap, ChunkState::kFree).bytes == 0x100);
        CHECK(amount(heap, ChunkState::kTop).bytes == kBreakSize - 0x170);
        CHECK(amount(heap, ChunkState::kUnknown).bytes == 0);
        const MallocInfo info = heap.info();
        CHECK(info.arena == kBreakSize);
        CHECK(info.ordblks == 2);
        CHECK(info.uordblks == 0x70);
        CHECK(info.fordblks == kBreakSize - 0x70);
        CHECK(info.keepcost == kBreakSize - 0x170);

        std::vector<Block> blocks;
        heap.for_each_block([&blocks](const Block& block) { blocks.push_back(block); });
        REQUIRE(blocks.size() == 2);
        CHECK(blocks[0].address == first + 16);
        CHECK(blocks[0].size == 0x28);
        CHECK(blocks[1].address == third + 16);
        CHECK(blocks[1].origin == BlockOrigin::kMalloc);
    }
}

TEST_CASE("a program without a libc has it in its own data") {
    tests::FakeMemory memory({tests::fake_range(kData, 0x4000, "/usr/bin/program")});
    FakeMalloc other(kOld);
    const RemoteAddr bins = other.main + kOld.bins;
    for (std::uint64_t offset = 0; offset < 254 * 8; offset += 8) {
        memory.put_word(bins + offset, (bins + offset / 16 * 16 - 16).value());
    }
    memory.put_word(bins - kTopBeforeBins, (bins - kTopBeforeBins).value());
    memory.put_word(bins + kNextBehindBins, other.main.value());
    const auto heap = find_glibc_heap(memory);
    REQUIRE(heap.has_value());
    CHECK(heap->arenas().front().segments.empty());
    CHECK(heap->info().ordblks == 1);
}

TEST_CASE("what is in fastbins is free, with pointers that are protected or plain") {
    for (const bool is_protected : {true, false}) {
        FakeMalloc malloc(kOld);
        malloc.is_protected = is_protected;
        const RemoteAddr one = malloc.chunk(0x20);
        malloc.chunk(0x20);
        const RemoteAddr two = malloc.chunk(0x20);
        malloc.finish_main();
        malloc.memory.put_word(malloc.main + kFastbins, two.value());
        malloc.link(two, one.value());
        malloc.link(one, 0);

        const GlibcHeap heap = found(malloc);

        CHECK(amount(heap, ChunkState::kFast).count == 2);
        CHECK(amount(heap, ChunkState::kInUse).count == 1);
        CHECK(heap.info().smblks == 2);
        CHECK(heap.info().fsmblks == 0x40);
        CHECK(heap.info().fordblks == kBreakSize - 0x20);
    }
}

TEST_CASE("lists that lead back into themselves, or out of memory, are no lists") {
    FakeMalloc malloc(kOld);
    const RemoteAddr one = malloc.chunk(0x20);
    const RemoteAddr two = malloc.chunk(0x20);
    const RemoteAddr three = malloc.chunk(0x30);
    malloc.finish_main();
    malloc.memory.put_word(malloc.main + kFastbins, one.value());
    malloc.link(one, two.value());
    malloc.link(two, one.value());
    malloc.memory.put_word(malloc.main + kFastbins + 8, three.value());
    malloc.link(three, 0x1234'5678'9ab0);
    const GlibcHeap heap = found(malloc);
    CHECK(amount(heap, ChunkState::kFast).count == 0);
    CHECK(amount(heap, ChunkState::kInUse).count == 3);
}

// Of a thread that has two chunks of 0x40 bytes in its cache.
struct Cache {
    Cache(FakeMalloc& malloc, std::uint64_t size, std::uint64_t lists) {
        books = malloc.chunk(size);
        one = malloc.chunk(0x40);
        two = malloc.chunk(0x40);
        malloc.memory.put_word(books + 16 + lists * 2 + 2 * 8, (two + 16).value());
        malloc.link(two, (one + 16).value());
        malloc.link(one, 0);
    }
    RemoteAddr books, one, two;
};

TEST_CASE("what a thread keeps in its cache is free") {
    FakeMalloc malloc(kOld);
    malloc.is_protected = GENERATE(true, false);
    const Cache cache(malloc, 0x290, 64);
    malloc.chunk(0x40);
    malloc.finish_main();
    SECTION("as many as it counts") {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * 2, 2);
        const GlibcHeap heap = found(malloc);
        CHECK(amount(heap, ChunkState::kCached).count == 2);
        CHECK(amount(heap, ChunkState::kCached).bytes == 0x80);
        CHECK(amount(heap, ChunkState::kInUse).count == 2);
        CHECK(heap.info().uordblks == 0x290 + 3 * 0x40);  // for mallinfo2 they are in use
    }
    SECTION("not if it counts otherwise") {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * 2, 3);
        CHECK(amount(found(malloc), ChunkState::kCached).count == 0);
    }
    SECTION("not if one is of another size") {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * 2, 2);
        malloc.memory.put_word(cache.one + 8, 0x50 | kPreviousInUse);
        CHECK(amount(found(malloc), ChunkState::kCached).count == 0);
    }
    SECTION("not if it goes round in a circle") {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * 2, 65535);
        malloc.link(cache.one, (cache.two + 16).value());
        CHECK(amount(found(malloc), ChunkState::kCached).count == 0);
    }
}

TEST_CASE("newer caches count what is left of their room") {
    FakeMalloc malloc(kNew);
    const std::uint64_t size = GENERATE(0x300, 0x310);
    const Cache cache(malloc, size, 76);
    malloc.finish_main();
    for (std::uint64_t list = 0; list < 76; ++list) {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * list, list == 2 ? 14 : 16);
    }
    SECTION("all lists have as much") {
        const GlibcHeap heap = found(malloc);
        CHECK(amount(heap, ChunkState::kCached).count == 2);
        CHECK(amount(heap, ChunkState::kInUse).count == 1);
    }
    SECTION("not if one has not") {
        malloc.memory.put<std::uint16_t>(cache.books + 16 + 2 * 5, 15);
        CHECK(amount(found(malloc), ChunkState::kCached).count == 0);
    }
}

TEST_CASE("arenas of threads are chains of heaps") {
    for (const std::uint64_t info_size : {32, 48}) {
        FakeMalloc malloc(kOld);
        malloc.chunk(0x100);
        malloc.finish_main();
        const RemoteAddr state = malloc.put_second_arena(info_size);

        const GlibcHeap heap = found(malloc);

        REQUIRE(heap.arenas().size() == 2);
        CHECK(heap.arenas()[1].state == state);
        REQUIRE(heap.arenas()[1].segments.size() == 2);
        CHECK(amount(heap, ChunkState::kInUse, 1).count == 2);
        CHECK(amount(heap, ChunkState::kUnknown, 1).bytes == 0);
        CHECK(amount(heap, ChunkState::kTop, 1).bytes == kHeapSize - info_size - 0x1000);
        CHECK(heap.info().arena == kBreakSize + 2 * kHeapSize);
        CHECK(heap.info().ordblks == 2);
        check_sums(heap);
    }
}

TEST_CASE("heaps that go round in a circle are none") {
    FakeMalloc malloc(kOld);
    malloc.finish_main();
    malloc.put_second_arena(48);
    malloc.memory.put_word(RemoteAddr(kArea + kHeapDistance + 8), kArea + kHeapDistance);
    const GlibcHeap heap = found(malloc);
    REQUIRE(heap.arenas().size() == 2);
    CHECK(heap.arenas()[1].segments.empty());
}

TEST_CASE("bins whose lists are being changed are bins still, others are not") {
    FakeMalloc malloc(kOld);
    malloc.chunk(0x30);
    malloc.finish_main();
    const RemoteAddr bins = malloc.main + kOld.bins;
    const std::uint64_t torn = GENERATE(90, 110);
    for (std::uint64_t bin = 3; bin < 3 + torn; ++bin) {
        malloc.memory.put_word(bins + 16 * bin, kBreak + 0x100 * bin);
    }
    CHECK(find_glibc_heap(malloc.memory).has_value() == (torn == 90));
}

TEST_CASE("a heap that has grown since it was looked at ends where it ended then") {
    FakeMalloc malloc(kOld);
    malloc.chunk(0x30);
    malloc.finish_main();
    const RemoteAddr state = malloc.put_second_arena(48);
    const RemoteAddr top(malloc.memory.ranges()[3].begin + 48 + 0x1000);
    malloc.memory.put_word(top + 8, 0x100001);
    malloc.memory.put_word(RemoteAddr(kArea + kHeapDistance + 16), 2 * kHeapSize);
    const GlibcHeap heap = found(malloc);
    REQUIRE(heap.arenas()[1].state == state);
    CHECK(amount(heap, ChunkState::kInUse, 1).count == 2);
    CHECK(amount(heap, ChunkState::kTop, 1).bytes == kHeapSize - 48 - 0x1000);
    check_sums(heap);
}

TEST_CASE("arenas that do not lead back to the first are none") {
    FakeMalloc malloc(kOld);
    malloc.finish_main();
    const RemoteAddr state = malloc.put_second_arena(48);
    malloc.memory.put_word(state + kOld.bins + kNextBehindBins, state.value());
    CHECK_FALSE(find_glibc_heap(malloc.memory).has_value());
}

TEST_CASE("what makes no sense is counted as such") {
    FakeMalloc malloc(kOld);
    malloc.chunk(0x30);
    const RemoteAddr broken = malloc.chunk(0x100);
    malloc.chunk(0x40);
    malloc.finish_main();
    const std::uint64_t size = GENERATE(0, 8, 16, 0x108, 0x7fff'ffff'fff0, ~std::uint64_t{15});
    malloc.memory.put_word(broken + 8, size | kPreviousInUse);
    const GlibcHeap heap = found(malloc);
    CHECK(amount(heap, ChunkState::kInUse).count == 1);
    CHECK(amount(heap, ChunkState::kUnknown).bytes == 0x140);
    CHECK(amount(heap, ChunkState::kTop).count == 1);
    check_sums(heap);
}

TEST_CASE("a top that is nowhere leaves an arena without memory") {
    FakeMalloc malloc(kOld);
    malloc.chunk(0x30);
    malloc.finish_main();
    malloc.memory.put_word(malloc.main + kOld.bins - kTopBeforeBins, GENERATE(0, 0x10, 0x1234'5678'9000, kBreak + 8));
    const GlibcHeap heap = found(malloc);
    CHECK(heap.arenas().front().segments.empty());
}

TEST_CASE("whatever is overwritten, every byte is accounted for and all loops end") {
    std::mt19937_64 random(18);
    for (int round = 0; round < 1000; ++round) {
        FakeMalloc malloc(round % 2 == 0 ? kOld : kNew);
        for (int count = 0; count < 100; ++count) { malloc.chunk(0x20 + 16 * (random() % 64), random() % 4 != 0); }
        malloc.finish_main();
        malloc.put_second_arena(48);
        const std::uint64_t places[] = {kBreak + random() % 0x8000 / 8 * 8,
                                        malloc.main.value() + random() % 2200 / 8 * 8,
                                        kArea + random() % 0x1000 / 8 * 8};
        const std::uint64_t values[] = {random(), random() % 0x1000, kBreak + random() % kBreakSize,
                                        kArea + random() % 0x1000, 0};
        malloc.memory.put_word(RemoteAddr(places[random() % 3]), values[random() % 5]);
        const auto heap = find_glibc_heap(malloc.memory);
        if (heap) { check_sums(*heap); }
    }
}

}  // namespace
}  // namespace memray::heap

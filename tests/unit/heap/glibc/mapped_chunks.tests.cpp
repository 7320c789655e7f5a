// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/mapped_chunks.h"

#include <catch2/catch.hpp>

#include "injector/heap/glibc/glibc_heap.h"
#include "tests/unit/heap/support/fake_malloc.h"

namespace memray::heap {
namespace {

using tests::FakeMalloc;
using tests::kBreak;
using tests::kData;
using tests::kMappings;
using tests::kMappingsSize;
using tests::kOld;

struct Finished : FakeMalloc {
    Finished() : FakeMalloc(kOld) {
        chunk(0x100);
        finish_main();
    }
};

void put_header(FakeMalloc& malloc, std::uint64_t at, std::uint64_t padding, std::uint64_t size) {
    malloc.memory.put_word(RemoteAddr(kMappings + at), padding);
    malloc.memory.put_word(RemoteAddr(kMappings + at + 8), size | kIsMapped);
}

// As malloc_par has them before 2.35; from then on they lie four bytes earlier.
void put_figures(FakeMalloc& malloc, std::uint32_t count, std::uint64_t bytes, std::uint64_t earlier) {
    const RemoteAddr base(kData + 0x400);
    malloc.memory.put_word(base, kBreak);
    malloc.memory.put<std::uint32_t>(base - 32 - earlier, count);
    malloc.memory.put<std::uint32_t>(base - 28 - earlier, 65536);
    malloc.memory.put<std::uint32_t>(base - 24 - earlier, count);
    malloc.memory.put_word(base - 16, bytes);
    malloc.memory.put_word(base - 8, bytes);
}

TEST_CASE("chunks with mappings of their own are found by their headers") {
    Finished malloc;
    put_header(malloc, 0x3000, 0, 0x21000);
    put_header(malloc, 0x5000, 0, 0x1000);  // inside it: the caller's bytes
    put_header(malloc, 0x24000, 0, 0x5000);
    put_header(malloc, 0x40000, 0, kMappingsSize);  // goes beyond the memory
    put_header(malloc, 0x42000, 0, 0x1230);
    put_header(malloc, 0x44000, 16, 0x2000);

    const auto heap = find_glibc_heap(malloc.memory);

    REQUIRE(heap);
    REQUIRE(heap->mapped().size() == 2);
    CHECK(heap->mapped()[0].begin == RemoteAddr(kMappings + 0x3000));
    CHECK(heap->mapped()[0].size == 0x21000);
    CHECK(heap->mapped()[0].user == RemoteAddr(kMappings + 0x3010));
    CHECK(heap->mapped()[0].usable == 0x20ff0);
    CHECK(heap->mapped()[1].begin == RemoteAddr(kMappings + 0x24000));
    CHECK(heap->info().hblkhd == 0x26000);
    CHECK_FALSE(heap->knows_all_mapped());
}

TEST_CASE("headers of glibc 2.43 say 16 bytes less than the mapping") {
    Finished malloc;
    put_header(malloc, 0x3000, 0, 0x20ff0);
    const auto heap = find_glibc_heap(malloc.memory);
    REQUIRE(heap->mapped().size() == 1);
    CHECK(heap->mapped()[0].size == 0x21000);
    CHECK(heap->mapped()[0].usable == 0x20ff0);
}

TEST_CASE("what was asked for with an alignment begins where its own header says") {
    Finished malloc;
    const std::uint64_t less = GENERATE(0, 16);
    const std::uint64_t front = GENERATE(0x30, 0xff0, 0x1ff0);
    put_header(malloc, 0x4000, 0, 0x21000 - less);
    put_header(malloc, 0x4000 + front, front, 0x21000 - less - front);
    const auto heap = find_glibc_heap(malloc.memory);
    REQUIRE(heap->mapped().size() == 1);
    CHECK(heap->mapped()[0].begin == RemoteAddr(kMappings + 0x4000));
    CHECK(heap->mapped()[0].size == 0x21000);
    CHECK(heap->mapped()[0].user == RemoteAddr(kMappings + 0x4000 + front + 16));
    CHECK(heap->mapped()[0].usable == 0x21000 - front - 16);
}

TEST_CASE("malloc's own figures say whether these are all") {
    const std::uint64_t earlier = GENERATE(0, 4);
    Finished malloc;
    put_header(malloc, 0x3000, 0, 0x21000);
    put_header(malloc, 0x40000, 0, 0x22000);
    SECTION("all of them") {
        put_figures(malloc, 2, 0x43000, earlier);
        const auto heap = find_glibc_heap(malloc.memory);
        CHECK(heap->mapped().size() == 2);
        CHECK(heap->knows_all_mapped());
        CHECK(heap->info().hblks == 2);
    }
    SECTION("no more than those") {
        put_figures(malloc, 1, 0x21000, earlier);
        const auto heap = find_glibc_heap(malloc.memory);
        CHECK(heap->mapped().size() == 1);
        CHECK(heap->knows_all_mapped());
    }
    SECTION("none") {
        put_figures(malloc, 0, 0, earlier);
        CHECK(find_glibc_heap(malloc.memory)->mapped().empty());
    }
    SECTION("one is missing") {
        put_figures(malloc, 3, 0x99000, earlier);
        const auto heap = find_glibc_heap(malloc.memory);
        CHECK_FALSE(heap->knows_all_mapped());
        CHECK(heap->info().hblkhd == 0x99000);
    }
}

TEST_CASE("memory that was never written is not looked at") {
    Finished malloc;
    put_header(malloc, 0x3000, 0, 0x4000);
    put_header(malloc, 0x40000, 0, 0x4000);
    const RemoteAddr written(kMappings + 0x40000);
    const ResidentPages pages({{written, written + kPageBytes, true, false, false}});
    const auto heap = find_glibc_heap(malloc.memory, &pages);
    REQUIRE(heap->mapped().size() == 1);
    CHECK(heap->mapped()[0].begin == written);
}

}  // namespace
}  // namespace memray::heap

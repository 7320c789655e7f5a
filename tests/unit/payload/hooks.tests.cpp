// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What each hooked function records.
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <vector>

#include "loaded_payload.h"

using namespace memray;
using namespace memray::tests;

TEST_CASE("every libc allocator records its name, size and address") {
    Region region(kRoomy);
    Recording recording(region);
    void* blocks[8] = {opaque(std::malloc(101)),
                       opaque(std::calloc(3, 34)),
                       opaque(std::realloc(nullptr, 103)),
                       nullptr,
                       opaque(std::aligned_alloc(64, 192)),
                       opaque(::memalign(128, 105)),
                       opaque(::valloc(106)),
                       opaque(::pvalloc(107))};
    REQUIRE(::posix_memalign(&blocks[3], 64, 104) == 0);
    for (void* block : blocks) { std::free(opaque(block)); }
    recording.stop();
    std::vector<std::uint64_t> addresses;
    for (void* block : blocks) { addresses.push_back(number(block)); }
    const std::vector<Event> expected{allocated(Allocator::kMalloc, 101, blocks[0]),
                                      allocated(Allocator::kCalloc, 102, blocks[1]),
                                      allocated(Allocator::kRealloc, 103, blocks[2]),
                                      allocated(Allocator::kAlignedAlloc, 192, blocks[4]),
                                      allocated(Allocator::kMemalign, 105, blocks[5]),
                                      allocated(Allocator::kValloc, 106, blocks[6]),
                                      allocated(Allocator::kPvalloc, 107, blocks[7]),
                                      allocated(Allocator::kPosixMemalign, 104, blocks[3]),
                                      freed(blocks[0]),
                                      freed(blocks[1]),
                                      freed(blocks[2]),
                                      freed(blocks[3]),
                                      freed(blocks[4]),
                                      freed(blocks[5]),
                                      freed(blocks[6]),
                                      freed(blocks[7])};
    CHECK(recording.events_of(addresses) == expected);
}

TEST_CASE("realloc frees the old block and allocates the new one; a failed realloc takes the free back") {
    Region region(kRoomy);
    Recording recording(region);
    void* first = opaque(std::malloc(100));
    const std::uint64_t first_address = number(first);
    void* second = opaque(std::realloc(opaque(first), 300'000));
    const std::uint64_t second_address = number(second);
    const bool failed = opaque(::reallocarray(opaque(second), opaque(SIZE_MAX / 2), 4)) == nullptr;
    void* third = opaque(::reallocarray(opaque(second), 100, 5));
    const std::uint64_t third_address = number(third);
    const bool zero = opaque(std::realloc(opaque(third), 0)) == nullptr;
    recording.stop();
    CHECK(failed);
    CHECK(zero);
    const auto events = recording.events_of({first_address, second_address, third_address});
    const void* moved = reinterpret_cast<void*>(second_address);
    const void* old = reinterpret_cast<void*>(first_address);
    const void* last = reinterpret_cast<void*>(third_address);
    CHECK(events == std::vector<Event>{allocated(Allocator::kMalloc, 100, old), freed(old),
                                       allocated(Allocator::kRealloc, 300'000, moved), freed(moved), undone(moved),
                                       freed(moved), allocated(Allocator::kRealloc, 500, last), freed(last)});
}

TEST_CASE("mappings are recorded with their ranges, failures taken back") {
    Region region(kRoomy);
    Recording recording(region);
    void* one = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void* two = ::mremap(one, 8192, 1 << 20, MREMAP_MAYMOVE);
    const bool failed = ::munmap(static_cast<char*>(two) + 1, 4096) != 0;  // not page aligned
    REQUIRE(::munmap(two, 1 << 20) == 0);
    recording.stop();
    CHECK(failed);
    const void* odd = static_cast<char*>(two) + 1;
    std::vector<Event> expected{allocated(Allocator::kMmap, 8192, one),
                                freed(one, Allocator::kMunmap, 8192),
                                allocated(Allocator::kMmap, 1 << 20, traced(two, wire::kMovedTrait)),
                                freed(odd, Allocator::kMunmap, 4096),
                                undone(odd),
                                freed(two, Allocator::kMunmap, 1 << 20)};
    CHECK(recording.events_of({number(one), number(two), number(traced(two, wire::kMovedTrait)), number(odd)}) ==
          expected);
}

TEST_CASE("what was asked for is told with a mapping, and what mprotect makes of it") {
    constexpr std::size_t kSize = 8192;
    Region region(kRoomy);
    Recording recording(region);
    const int file = ::memfd_create("test", MFD_CLOEXEC);
    const int zero = ::open("/dev/zero", O_RDWR | O_CLOEXEC);
    const auto map = [](int protection, int flags, int fd = -1) {
        return ::mmap(nullptr, kSize, protection, flags, fd, 0);
    };
    constexpr int kPlain = MAP_PRIVATE | MAP_ANONYMOUS;
    const std::pair<const void*, std::uint32_t> mapped[]{
        {map(PROT_NONE, kPlain | MAP_NORESERVE), wire::kInaccessibleTrait | wire::kUnreservedTrait},
        {map(PROT_READ, kPlain | MAP_STACK), wire::kStackTrait},
        {map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS), wire::kSharedTrait},
        {map(PROT_READ, MAP_PRIVATE, file), wire::kFileTrait},
        {map(PROT_READ, MAP_SHARED, file), wire::kSharedTrait | wire::kFileTrait},
        {map(PROT_READ, MAP_SHARED, zero), wire::kSharedTrait}};
    void* reserved = const_cast<void*>(mapped[0].first);
    REQUIRE(::mprotect(reserved, 4096, PROT_NONE) == 0);  // says nothing
    REQUIRE(::mprotect(reserved, 4096, PROT_READ | PROT_WRITE) == 0);
    REQUIRE(::mprotect(static_cast<char*>(reserved) + 1, 4096, PROT_READ) != 0);  // not page aligned
    recording.stop();
    struct stat status {};
    REQUIRE(::fstat(file, &status) == 0);
    std::vector<std::uint64_t> addresses{number(reserved), status.st_ino};
    std::vector<Event> expected;
    for (const auto& [address, traits] : mapped) {
        addresses.push_back(number(traced(address, traits)));
        if (traits == (wire::kSharedTrait | wire::kFileTrait)) {
            expected.push_back({RecordKind::kMappedFile, Allocator::kNone, status.st_dev, status.st_ino});
        }
        expected.push_back(allocated(Allocator::kMmap, kSize, traced(address, traits)));
    }
    expected.push_back({RecordKind::kAccessible, Allocator::kNone, 4096, number(reserved)});
    CHECK(recording.events_of(addresses) == expected);
    for (const auto& [address, traits] : mapped) { ::munmap(const_cast<void*>(address), kSize); }
    ::close(file);
    ::close(zero);
}

TEST_CASE("nothing is recorded after stop, and recording can start again") {
    for (int round = 0; round < 3; ++round) {
        Region region(kRoomy);
        Recording recording(region);
        void* seen = opaque(std::malloc(64));
        recording.stop();
        const std::uint64_t numbers = region.control().next_sequence.load();
        std::free(opaque(std::malloc(65)));
        CHECK(region.control().next_sequence.load() == numbers);
        CHECK(region.control().phase.load() == wire::Phase::kStopped);
        CHECK(recording.events_of({number(seen)}) == std::vector<Event>{allocated(Allocator::kMalloc, 64, seen)});
        std::free(seen);
    }
}

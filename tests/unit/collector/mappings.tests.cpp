// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What mappings are, and what counts of them.
#include <sys/mman.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "injector/base/unique_fd.h"
#include "injector/collector/mapping_class.h"
#include "injector/collector/memory_devices.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/record_decoder.h"
#include "injector/collector/tables/byte_ranges.h"
#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using capture::Allocator;
using tests::SharedRegion;
using tests::TargetThread;
using Kind = wire::RecordKind;
using Pieces = std::vector<ByteRanges::Piece>;

constexpr std::uint32_t kPython311 = 0x030B0000;
constexpr std::uint64_t kMiB = 1U << 20U;
constexpr std::uint64_t kAt = 0x10000000;
constexpr std::uint64_t kElsewhere = 0x20000000;

// What one thread mapped, as the tables have it.
struct Mapped {
    SharedRegion shared{{.ring_words = 4096}};
    MappedRegion region{shared.controller_memory()};
    OrderedMerge merge{region};
    Aggregator aggregator{0, nullptr};
    capture::Profile profile;
    MemoryDevices devices{0};
    RecordDecoder decoder{merge, 4, kPython311, aggregator, profile, nullptr, &devices};
    TargetThread thread{shared, 0};

    void map(std::uint64_t address, std::uint64_t size, std::uint32_t traits = 0) {
        thread.allocate(wire::mapping_word(address, traits), size, wire::Allocator::kMmap);
    }
    void file(std::uint64_t device, std::uint64_t inode, std::uint64_t offset) {
        thread.change(Kind::kMappedFile, device, inode, offset);
    }
    void map_shared(std::uint64_t address, std::uint64_t size, std::uint64_t inode, std::uint64_t offset = 0) {
        file(memory_device(), inode, offset);
        map(address, size, wire::kSharedTrait | wire::kFileTrait);
    }
    void protect(std::uint64_t address, std::uint64_t size) {
        thread.event(Kind::kAccessible, wire::Allocator::kNone, size, address);
    }
    // That of memfd_create(2).
    static std::uint64_t memory_device() {
        const base::UniqueFd file(::memfd_create("test", MFD_CLOEXEC));
        struct stat status {};
        REQUIRE(::fstat(file.get(), &status) == 0);
        return status.st_dev;
    }

    const capture::Profile& tables() {
        while (merge.drain(decoder, 1000) > 0) {}
        aggregator.fill(profile);
        return profile;
    }
    // Bytes that are live of a class.
    std::uint64_t live(Allocator allocator) {
        std::uint64_t bytes = 0;
        for (const capture::Site& site : tables().sites) {
            if (site.allocator == allocator) { bytes += site.leaked.bytes; }
        }
        return bytes;
    }
};

}  // namespace

TEST_CASE("what was asked for says what a mapping is") {
    const auto of = [](std::uint32_t traits, std::uint64_t size = 4096, bool in_memory = false,
                       std::uint32_t version = kPython311) {
        return class_of({traits, size, in_memory}, version);
    };
    CHECK(of(0) == Allocator::kMmap);
    CHECK(of(wire::kUnreservedTrait) == Allocator::kMmap);
    CHECK(of(wire::kInaccessibleTrait) == Allocator::kReservation);
    CHECK(of(wire::kInaccessibleTrait | wire::kUnreservedTrait) == Allocator::kReservation);
    CHECK(of(wire::kStackTrait) == Allocator::kStack);
    CHECK(of(wire::kFileTrait) == Allocator::kPrivateFile);
    CHECK(of(wire::kFileTrait | wire::kInaccessibleTrait) == Allocator::kPrivateFile);
    CHECK(of(wire::kFileTrait | wire::kSharedTrait) == Allocator::kSharedFile);
    CHECK(of(wire::kFileTrait | wire::kSharedTrait, 4096, true) == Allocator::kSharedMemory);
    CHECK(of(wire::kSharedTrait) == Allocator::kSharedMemory);
    CHECK(of(wire::kInterpreterTrait, kMiB) == Allocator::kArena);
    CHECK(of(wire::kInterpreterTrait, kMiB / 4) == Allocator::kMmap);
    CHECK(of(wire::kInterpreterTrait, kMiB / 4, false, 0x03090500) == Allocator::kArena);
    CHECK(of(wire::kInterpreterTrait, kMiB, false, 0x03090500) == Allocator::kMmap);
}

TEST_CASE("file systems in memory are known by their mounts") {
    const std::string mounts =
        "22 28 0:20 / /sys rw,nosuid - sysfs sysfs rw\n"
        "30 28 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "25 28 0:23 / /dev/shm rw,nosuid shared:4 master:1 - tmpfs tmpfs rw\n"
        "broken\n"
        "26 28 0:24 / /no/separator rw tmpfs\n";
    CHECK(is_memory_device(mounts, 23));
    CHECK_FALSE(is_memory_device(mounts, 20));
    CHECK_FALSE(is_memory_device(mounts, 24));
    CHECK_FALSE(is_memory_device(mounts, 0x801));
    CHECK_FALSE(is_memory_device("", 23));
}

TEST_CASE("sets of bytes: neighbours become one") {
    ByteRanges set;
    set.add(10, 20);
    set.add(30, 40);
    CHECK(set.inside(0, 100) == Pieces{{10, 20}, {30, 40}});
    CHECK(set.outside(0, 100) == Pieces{{0, 10}, {20, 30}, {40, 100}});
    CHECK(set.inside(15, 35) == Pieces{{15, 20}, {30, 35}});
    CHECK(set.inside(20, 30).empty());
    CHECK(set.outside(12, 18).empty());
    set.add(20, 30);
    CHECK(set.inside(0, 100) == Pieces{{10, 40}});
    set.add(5, 50);
    CHECK(set.outside(0, 60) == Pieces{{0, 5}, {50, 60}});
}

TEST_CASE("a reservation is no memory until it can be used, and then what can be") {
    Mapped run;
    run.map(kAt, 1024 * kMiB, wire::kInaccessibleTrait);
    CHECK(run.tables().leaked.bytes == 0);
    CHECK(run.tables().peak.bytes == 0);
    CHECK(run.tables().total.count == 0);
    CHECK(run.tables().all_peak.bytes == 1024 * kMiB);
    run.protect(kAt + 16 * kMiB, 4 * kMiB);
    run.protect(kAt + 18 * kMiB, 4 * kMiB);  // half of it for the second time
    CHECK(run.live(Allocator::kReservation) == 1018 * kMiB);
    CHECK(run.live(Allocator::kMmap) == 6 * kMiB);
    CHECK(run.tables().leaked.bytes == 6 * kMiB);
    CHECK(run.tables().total.bytes == 6 * kMiB);
    CHECK(run.tables().total.count == 2);
    CHECK(run.tables().all_peak.bytes == 1024 * kMiB);
    run.thread.unmap(kAt, 1024 * kMiB);
    CHECK(run.tables().leaked.bytes == 0);
    CHECK(run.live(Allocator::kReservation) == 0);
    CHECK(run.tables().peak.bytes == 6 * kMiB);
}

TEST_CASE("what is mapped into a reservation is memory, and what is reserved in memory is none") {
    Mapped run;
    run.map(kAt, 8 * kMiB, wire::kInaccessibleTrait);
    run.map(kAt + kMiB, 2 * kMiB);
    CHECK(run.tables().leaked.bytes == 2 * kMiB);
    CHECK(run.live(Allocator::kReservation) == 6 * kMiB);
    run.map(kAt + kMiB, kMiB, wire::kInaccessibleTrait);
    CHECK(run.tables().leaked.bytes == kMiB);
    CHECK(run.live(Allocator::kReservation) == 7 * kMiB);
}

TEST_CASE("a mapping that moves stays what it is") {
    Mapped run;
    run.map(kAt, 4 * kMiB, wire::kInaccessibleTrait);
    run.thread.unmap(kAt, 4 * kMiB);
    run.map(kElsewhere, 8 * kMiB, wire::kMovedTrait);
    CHECK(run.tables().leaked.bytes == 0);
    CHECK(run.live(Allocator::kReservation) == 8 * kMiB);
    // Of before the recording: what it was is not known.
    run.thread.unmap(0x30000000, kMiB);
    run.map(0x40000000, kMiB, wire::kMovedTrait);
    CHECK(run.tables().leaked.bytes == kMiB);
}

TEST_CASE("the peak of memory and that of all that was mapped are different moments") {
    Mapped run;
    run.thread.allocate(16, 300);
    run.map(kAt, 4 * kMiB, wire::kFileTrait);
    run.thread.unmap(kAt, 4 * kMiB);
    run.thread.allocate(32, 500);
    const capture::Profile& tables = run.tables();
    CHECK(tables.peak.bytes == 800);
    CHECK(tables.all_peak.bytes == 4 * kMiB + 300);
    CHECK(tables.sites.at(0).peak.bytes == 800);
    CHECK(tables.sites.at(0).all_peak.bytes == 300);
    CHECK(tables.sites.at(1).peak.bytes == 0);
    CHECK(tables.sites.at(1).all_peak.bytes == 4 * kMiB);
    CHECK(tables.total.bytes == 800);
    CHECK(tables.sizes.size() == 2);
}

TEST_CASE("shared memory that is mapped several times counts once") {
    Mapped run;
    run.map_shared(kAt, 4 * kMiB, 7);
    run.map_shared(kElsewhere, 4 * kMiB, 7);
    run.map_shared(0x30000000, 4 * kMiB, 8);  // something else
    CHECK(run.live(Allocator::kSharedMemory) == 8 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == 4 * kMiB);
    CHECK(run.tables().total.bytes == 8 * kMiB);
    run.thread.unmap(kAt, kMiB);  // the second one takes over
    CHECK(run.live(Allocator::kSharedMemory) == 8 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == 3 * kMiB);
    run.thread.unmap(kElsewhere, 4 * kMiB);
    CHECK(run.live(Allocator::kSharedMemory) == 7 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == 0);
    CHECK(run.tables().peak.bytes == 8 * kMiB);
    REQUIRE(run.profile.shared_files.size() == 2);
    CHECK(run.profile.shared_files[0].inode == 7);
    CHECK(run.profile.sites[0].file == 1);
}

TEST_CASE("shared memory that is mapped in parts counts where it is mapped first") {
    Mapped run;
    run.map_shared(kAt, 2 * kMiB, 7);
    run.map_shared(kElsewhere, 4 * kMiB, 7, kMiB);  // the second half of the first, and three more
    CHECK(run.live(Allocator::kSharedMemory) == 5 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == kMiB);
    // It moves: the half that it shared is again that of the other.
    run.thread.unmap(kAt, 2 * kMiB);
    CHECK(run.live(Allocator::kSharedMemory) == 4 * kMiB);
    run.map(kAt, 2 * kMiB, wire::kMovedTrait);
    CHECK(run.live(Allocator::kSharedMemory) == 5 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == kMiB);
    // An unmapping that failed.
    run.thread.unmap(kElsewhere, 4 * kMiB);
    run.thread.undo(kElsewhere);
    CHECK(run.live(Allocator::kSharedMemory) == 5 * kMiB);
    CHECK(run.live(Allocator::kSharedAgain) == kMiB);
}

TEST_CASE("a file that is mapped more often than anybody needs is compared with so many mappings only") {
    constexpr std::uint64_t kMost = 1024;
    constexpr std::uint64_t kPage = 4096;
    Mapped run;
    for (std::uint64_t i = 0; i < kMost + 100; ++i) {
        run.map_shared(kAt + i * kPage, kPage, 7);
        if (i % 100 == 0) { run.tables(); }  // else the ring is full
    }
    CHECK(run.live(Allocator::kSharedAgain) == (kMost - 1) * kPage);
    CHECK(run.live(Allocator::kSharedMemory) == 101 * kPage);
}

TEST_CASE("files that are not told of, or lie on a disk, are no memory") {
    Mapped run;
    run.map(kAt, kMiB, wire::kSharedTrait | wire::kFileTrait);
    run.file(0x801, 7, 0);
    run.map(kElsewhere, kMiB, wire::kSharedTrait | wire::kFileTrait);
    run.file(Mapped::memory_device(), 7, ~std::uint64_t{0});  // no offset
    run.map(0x30000000, kMiB, wire::kSharedTrait | wire::kFileTrait);
    CHECK(run.live(Allocator::kSharedFile) == 3 * kMiB);
    CHECK(run.tables().leaked.bytes == 0);
    run.map(0x40000000, kMiB, wire::kSharedTrait);
    run.map(0x50000000, kMiB, wire::kDuplicateTrait);
    CHECK(run.tables().leaked.bytes == kMiB);
}

}  // namespace memray::collector

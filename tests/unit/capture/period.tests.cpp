// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>
#include <limits>

#include "injector/capture/reader.h"
#include "injector/capture/writer.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::capture;

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

// Two sites of one thread. Site 1 is a mapping. Slots are given out again last freed first.
//
//   ms   event                live: site 0, site 1
//    0   site 0 +100          100
//   10   site 0 +7, freed     100
//   20   site 0 +50           150
//   20   site 1 +4000         150, 4000
//   30   100 of before freed   50, 4000
//   30   1000 of the 4000 unmapped: freed, 3000 live again
//   40   site 0 +20            70, 3000
//   50   the 50 freed          20, 3000
//   60   site 0 +900          920, 3000
std::string write_log(const ScratchDir& dir) {
    Profile profile;
    profile.metadata.start_ms = kStart;
    profile.metadata.end_ms = kStart + 100;
    profile.strings = {"f", "a.py"};
    profile.functions = {{0, 1, 1}};
    profile.frames = {{0, 1}};
    profile.stacks.push_back({0, 0});
    profile.threads = {{1, 1, "main"}};
    profile.sites = {{1, 0, 0, Allocator::kMalloc, {}, {}, {}, {}, 0}, {1, 0, 0, Allocator::kMmap, {}, {}, {}, {}, 0}};
    std::string path = dir.file("a.bin");
    Writer writer({path, false, true, false}, profile.metadata);
    writer.allocation(0, 100);  // slot 0
    writer.time(kStart + 10);
    writer.allocation(0, 7);  // slot 1
    writer.deallocation(1);
    writer.time(kStart + 20);
    writer.allocation(0, 50);    // slot 1
    writer.allocation(1, 4000);  // slot 2
    writer.time(kStart + 30);
    writer.deallocation(0);
    writer.deallocation(2);
    writer.restore(1, 3000);  // slot 2
    writer.time(kStart + 40);
    writer.allocation(0, 20);  // slot 0
    writer.time(kStart + 50);
    writer.deallocation(1);
    writer.time(kStart + 60);
    writer.allocation(0, 900);  // slot 1
    writer.finish(profile);
    return path;
}

Profile period(const std::string& path, std::int64_t from, std::int64_t to) {
    Profile profile = read_profile(path);
    read_period(path, from, to, profile);
    return profile;
}

void check_amount(const Amount& amount, std::uint64_t count, std::uint64_t bytes) {
    CHECK(amount.count == count);
    CHECK(amount.bytes == bytes);
}

}  // namespace

TEST_CASE("a part of the time knows what was allocated in it and lives at its end") {
    const ScratchDir dir;
    const std::string path = write_log(dir);
    const Profile part = period(path, kStart + 20, kStart + 50);
    REQUIRE(part.period);
    CHECK(part.period->exact);
    check_amount(part.period->kept[0], 2, 70);
    check_amount(part.period->kept[1], 1, 3000);  // what was left of the mapping
    check_amount(part.period->at_start, 1, 100);
    check_amount(part.period->at_end, 3, 3070);
    check_amount(part.sites[0].leaked, 1, 20);  // the 50 are freed later on
    check_amount(part.sites[1].leaked, 1, 3000);
    check_amount(part.leaked, 2, 3020);
}

TEST_CASE("a part of the time has the totals, lifetimes and sizes of what happened in it") {
    const ScratchDir dir;
    const std::string path = write_log(dir);
    const Profile part = period(path, kStart + 20, kStart + 50);
    check_amount(part.total, 3, 4070);
    check_amount(part.sites[0].total, 2, 70);
    CHECK(part.lifetimes.size() == 1);  // the mapping: what was there before has none
    REQUIRE(part.sizes.size() == 3);
    CHECK(part.sizes[0].size == 20);
    CHECK(part.allocators[static_cast<std::size_t>(Allocator::kMalloc)].count == 2);
    CHECK(part.allocators[static_cast<std::size_t>(Allocator::kFree)].count == 1);
    check_amount(period(path, kStart + 10, kStart + 20).total, 1, 7);
    REQUIRE(period(path, kStart + 10, kStart + 20).lifetimes.size() == 1);
    CHECK(period(path, kStart + 10, kStart + 20).lifetimes[0].distance == 0);
}

TEST_CASE("the peak of a part of the time has what was allocated before") {
    const ScratchDir dir;
    const std::string path = write_log(dir);
    const Profile part = period(path, kStart + 20, kStart + 50);
    check_amount(part.peak, 3, 4150);
    CHECK(part.peak_ms == kStart + 20);
    check_amount(part.sites[0].peak, 2, 150);
    CHECK(part.period->most_bytes == 4150);
    const Profile later = period(path, kStart + 40, kStart + 60);
    check_amount(later.peak, 3, 3070);
    check_amount(later.sites[1].peak, 1, 3000);
    check_amount(later.period->kept[1], 0, 0);
}

TEST_CASE("a part of the time that ends with the recording has what happened last, and one without events nothing") {
    const ScratchDir dir;
    const std::string path = write_log(dir);
    check_amount(period(path, kStart + 60, kEnd).period->kept[0], 1, 900);
    check_amount(period(path, kStart, kStart + 10).period->kept[0], 1, 100);
    const Profile all = period(path, kStart, kEnd);
    check_amount(all.leaked, 3, 3920);
    check_amount(all.total, 6, 5077);
    check_amount(all.period->at_start, 0, 0);
    const Profile empty = period(path, kStart + 70, kStart + 80);
    check_amount(empty.total, 0, 0);
    check_amount(empty.period->at_start, 3, 3920);
    check_amount(empty.period->at_end, 3, 3920);
    check_amount(empty.peak, 3, 3920);
}

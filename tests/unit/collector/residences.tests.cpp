// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/residences.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "injector/base/memory_cgroup.h"
#include "tests/support/skip.h"

using namespace memray;
using namespace memray::collector;
using capture::Moment;

namespace {

const capture::Residence& at(const Residences& residences, Moment moment) {
    return residences.rows().at(static_cast<std::size_t>(moment));
}

// Pages of this process that are in memory.
class Resident {
public:
    Resident(std::size_t size, int flags)
        : size_(size), memory_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0)) {
        std::memset(memory_, 1, size);
    }
    ~Resident() { ::munmap(memory_, size_); }
    Resident(const Resident&) = delete;
    Resident& operator=(const Resident&) = delete;

private:
    std::size_t size_;
    void* memory_;
};

constexpr std::size_t kSize = std::size_t{32} << 20U;
constexpr std::uint64_t kTolerance = std::uint64_t{4} << 20U;

bool grew(std::uint64_t before, std::uint64_t after) {
    return after >= before + kSize - kTolerance && after <= before + kSize + kTolerance;
}

}  // namespace

// ThreadSanitizer keeps four bytes for each that is used, in memory that comes and goes as it sees fit.
#ifndef __SANITIZE_THREAD__
TEST_CASE("each moment has what was resident then") {
    Residences residences(::getpid());
    residences.look(1000, {1, 0}, {0, 0});
    CHECK(at(residences, Moment::kHeapPeak).time_ms == 1000);
    {
        const Resident anonymous(kSize, MAP_PRIVATE);
        residences.look(1010, {500'000'000, 0}, {100, 100});
    }
    residences.look(1020, {2, 0}, {50, 100});
    const capture::Residence& start = at(residences, Moment::kStart);
    const capture::Residence& peak = at(residences, Moment::kHeapPeak);
    CHECK((start.time_ms == 1000 && start.moment == Moment::kStart));
    CHECK((peak.time_ms == 1010 && peak.moment == Moment::kHeapPeak));
    CHECK(grew(start.anonymous, peak.anonymous));
    CHECK(peak.file > 0);
    CHECK(at(residences, Moment::kOwnPeak).time_ms == 1010);
    CHECK((at(residences, Moment::kEnd).time_ms == 1020 && at(residences, Moment::kEnd).rss() == 2));
}
#endif

TEST_CASE("the heap is at its peak as long as it holds nearly as much") {
    Residences residences(::getpid());
    residences.look(1000, {1, 0}, {1000, 1000});
    residences.look(1010, {7, 0}, {990, 1000});
    CHECK((at(residences, Moment::kHeapPeak).time_ms == 1010 && at(residences, Moment::kHeapPeak).rss() == 7));
    residences.look(1020, {5, 0}, {989, 1000});
    CHECK(at(residences, Moment::kHeapPeak).time_ms == 1010);
    residences.look(1030, {1, 0}, {0, 1001});
    CHECK(at(residences, Moment::kHeapPeak).time_ms == 1030);
}

TEST_CASE("memory that is shared is told apart, also where only pages are counted") {
    Residences residences(::getpid());
    residences.look(1000, {1, 0}, {0, 0});
    const Resident shared(kSize, MAP_SHARED);
    residences.look(1010, {500'000'000, 0}, {1, 1});
    const capture::Residence seen = at(residences, Moment::kEnd);
    CHECK(grew(at(residences, Moment::kStart).shared, seen.shared));
    const std::uint64_t file = 1000;
    residences.look(1020, {seen.shared + file + 7, seen.shared + file}, {1, 1});
    const capture::Residence& counted = at(residences, Moment::kEnd);
    CHECK(counted.time_ms == 1020);
    CHECK((counted.shared == seen.shared && counted.file == file && counted.anonymous == 7));
}

TEST_CASE("a peak that nobody could look at is that of the last look") {
    Residences residences(::getpid());
    residences.look(1000, {1, 0}, {5, 5});
    residences.look(1010, {1, 0}, {4, 5});
    residences.end(5);
    CHECK(at(residences, Moment::kHeapPeak).time_ms == 1000);
    residences.end(6);
    CHECK(at(residences, Moment::kHeapPeak).time_ms == 1010);
    CHECK(at(residences, Moment::kHeapPeak).moment == Moment::kHeapPeak);
    Residences none(::getpid());
    none.end(6);
    CHECK(none.rows().empty());
}

TEST_CASE("a process in a memory cgroup is told of together with it") {
    const auto cgroup = base::memory_cgroup_of(::getpid());
    if (!cgroup || cgroup->root) {
        tests::skip("this process is in no memory cgroup");
        return;
    }
    Residences residences(::getpid());
    residences.look(1000, {1, 0}, {0, 0});
    const Resident anonymous(kSize, MAP_PRIVATE);
    residences.look(1050, {1, 0}, {0, 0});  // too soon to ask again
    CHECK(at(residences, Moment::kEnd).cgroup == at(residences, Moment::kStart).cgroup);
    CHECK(at(residences, Moment::kEnd).cgroup.anonymous > 0);
    residences.look(1100, {1, 0}, {0, 0});
    CHECK(at(residences, Moment::kEnd).cgroup.anonymous > kSize / 2);
}

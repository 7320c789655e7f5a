// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/process_sampler.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

namespace memray::collector {

TEST_CASE("resident memory is sampled every 10 ms") {
    ProcessSampler sampler(::getpid(), 0);
    std::vector<capture::Snapshot> rows;
    for (std::int64_t ms = 1000; ms < 1100; ++ms) { sampler.sample(ms, {5, 5}, rows); }
    REQUIRE(rows.size() == 10);
    CHECK(rows[0].time_ms == 1000);
    CHECK(rows[9].time_ms == 1090);
    CHECK(rows[0].heap == 5);
    CHECK(rows[0].rss > 500'000);
    CHECK(rows[0].rss < std::uint64_t{1} << 40U);
    CHECK_FALSE(sampler.replaced());
}

TEST_CASE("snapshots stay below their bound and in order") {
    ProcessSampler sampler(::getpid(), 0);
    std::vector<capture::Snapshot> rows;
    for (std::int64_t i = 0; i < 25'000; ++i) { sampler.sample(i * 10, {0, 0}, rows); }
    CHECK(rows.size() < ProcessSampler::kMaxSnapshots);
    CHECK(rows.size() >= ProcessSampler::kMaxSnapshots / 2);
    CHECK(rows[1].time_ms - rows[0].time_ms == 40);
    CHECK(rows.back().time_ms - rows[rows.size() - 2].time_ms == 40);
}

TEST_CASE("a process that is gone gives no rows, the last one repeats what was known") {
    const pid_t child = ::fork();
    if (child == 0) { ::_exit(0); }
    ProcessSampler sampler(child, 0);
    ::waitpid(child, nullptr, 0);
    std::vector<capture::Snapshot> rows;
    sampler.sample(0, {5, 5}, rows);
    CHECK(rows.empty());
    sampler.sample_last(1, {6, 6}, rows);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].rss == 0);
    CHECK(rows[0].heap == 6);
}

TEST_CASE("exec is noticed") {
    int gate[2];
    REQUIRE(::pipe(gate) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        if (::read(gate[0], &byte, 1) == 1) { ::execlp("sleep", "sleep", "60", nullptr); }
        ::_exit(1);
    }
    ProcessSampler sampler(child, 0);
    std::vector<capture::Snapshot> rows;
    sampler.sample(0, {0, 0}, rows);
    CHECK_FALSE(sampler.replaced());
    REQUIRE(::write(gate[1], "x", 1) == 1);
    for (std::int64_t i = 1; i < 500 && !sampler.replaced(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        sampler.sample(i * 10, {0, 0}, rows);
    }
    CHECK(sampler.replaced());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(gate[0]);
    ::close(gate[1]);
}

}  // namespace memray::collector

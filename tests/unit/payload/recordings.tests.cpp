// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Recordings that begin and end, threads and forked children in the middle of them, and controllers that die.
#include <linux/futex.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "loaded_payload.h"

using namespace memray;
using namespace memray::tests;

TEST_CASE("a second start is refused while the first controller lives, and takes over when it is dead") {
    Region first(kRoomy);
    Region second(kRoomy);
    Recording recording(first);
    CHECK(call_payload("memray_payload_start", second.data(), wire::kRegionHeadSize) == 4);
    CHECK(stop_payload(0) == 4);
    CHECK(first.control().phase.load() == wire::Phase::kRecording);
    first.control().controller_lock.store(FUTEX_OWNER_DIED);
    Recording next(second);
    const std::uint64_t numbers = first.control().next_sequence.load();
    void* seen = opaque(std::malloc(64));
    next.stop();
    CHECK(first.control().phase.load() == wire::Phase::kStopped);
    CHECK(first.control().next_sequence.load() == numbers);
    CHECK(next.events_of({number(seen)}) == std::vector<Event>{allocated(Allocator::kMalloc, 64, seen)});
    CHECK(stop_payload(0) == 5);
    std::free(seen);
}

TEST_CASE("threads inside hooks while recordings of different shapes follow each other do no harm") {
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&done] {
            while (!done) { std::free(opaque(std::malloc(48))); }
        });
    }
    std::vector<std::unique_ptr<Region>> regions;  // stay mapped, as in a target
    for (std::uint32_t round = 0; round < 60; ++round) {
        regions.push_back(std::make_unique<Region>(tests::RegionShape{8, round % 2 == 0 ? 256U : 1U << 14U, 64}));
        Region& region = *regions.back();
        Recording recording(region);
        std::this_thread::yield();
        recording.stop();
        for (std::uint32_t slot = 0; slot < 8; ++slot) {
            wire::RingReader reader(region.slot(slot), region.shape().ring_words);
            while (reader.has_record() && reader.record_length() != 0) { reader.skip(reader.record_length()); }
            CHECK_FALSE(reader.corrupt());
        }
    }
    done = true;
    for (std::thread& thread : threads) { thread.join(); }
}

// Records that are numbered in the ring of a thread, which has the slot of that index.
std::uint64_t events_in(const Region& region, std::uint32_t index) {
    wire::RingReader reader(region.slot(index), region.shape().ring_words);
    std::uint64_t events = 0;
    while (reader.has_record()) {
        events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
        reader.skip(reader.record_length());
    }
    CHECK_FALSE(reader.corrupt());
    return events;
}

TEST_CASE("a thread that sits out recordings writes to the one that there is, and to no other") {
    constexpr int kPairs = 10;
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    std::thread thread([&] {
        for (int seen = 0; seen >= 0; seen = asked) {
            if (seen == answered) { continue; }
            for (int i = 0; i < kPairs; ++i) { std::free(opaque(std::malloc(48))); }
            answered = seen;
        }
    });
    std::vector<std::unique_ptr<Region>> regions;
    for (int round = 1; round <= 6; ++round) {
        regions.push_back(std::make_unique<Region>(tests::RegionShape{8, round % 2 == 0 ? 256U : 1U << 14U, 64}));
        const bool joins = round % 3 != 2;
        Recording recording(*regions.back());
        // The other one is in slot 0.
        std::free(opaque(std::malloc(1)));
        if (joins) { asked = round; }
        while (joins && answered != round) {}
        recording.stop();
        CHECK(regions.back()->control().slots_high_water.load() == (joins ? 2 : 1));
        CHECK(events_in(*regions.back(), 1) == (joins ? 2 * kPairs : 0));
    }
    asked = -1;
    thread.join();
    for (std::size_t i = 0; i < regions.size(); ++i) {
        CHECK(events_in(*regions[i], 1) == (i % 3 != 1 ? 2 * kPairs : 0));
    }
}

TEST_CASE("forked children are silent, however they were made") {
    Region region(kRoomy);
    Recording recording(region);
    const bool raw = GENERATE(false, true);
    const std::uint64_t before = region.control().next_sequence.load();
    const pid_t child = raw ? static_cast<pid_t>(::syscall(SYS_fork)) : ::fork();
    if (child == 0) {
        const std::uint64_t at_fork = region.control().next_sequence.load();
        for (int i = 0; i < 100; ++i) { std::free(opaque(std::malloc(100))); }
        ::_exit(region.control().next_sequence.load() - at_fork < 100 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const std::uint64_t after = region.control().next_sequence.load();
    recording.stop();
    CHECK(status == 0);
    CHECK(after - before < 100);  // what fork itself and the test framework did in this process
}

TEST_CASE("each thread has its own slot and the kernel's name for it") {
    Region region(kRoomy);
    Recording recording(region);
    std::free(opaque(std::malloc(1)));
    std::thread([] {
        ::prctl(PR_SET_NAME, "worker-7", 0, 0, 0);
        std::free(opaque(std::malloc(77)));
    }).join();
    recording.stop();
    REQUIRE(region.control().slots_high_water.load() == 2);
    CHECK(region.slot(0).thread == 1);
    CHECK(region.slot(1).thread == 2);
    CHECK(region.slot(1).tid != region.slot(0).tid);
    wire::RingReader reader(region.slot(1), kRoomy.ring_words);
    std::string name;
    std::string named;
    while (reader.has_record()) {
        const std::uint64_t header = reader.word(0);
        if (wire::kind_of(header) == RecordKind::kBytes) {
            for (std::size_t i = 0; i < wire::value_of(header); ++i) {
                name += static_cast<char>(reader.word(1 + i / 8) >> (8 * (i % 8)) & 0xff);
            }
        }
        if (wire::kind_of(header) == RecordKind::kThreadName) { named = name; }
        reader.skip(reader.record_length());
    }
    CHECK(named == "worker-7");
}

TEST_CASE("a full ring with a dead controller does not hold the target") {
    Region region({8, 256, 64});
    region.control().controller_lock.store(FUTEX_OWNER_DIED);
    Recording recording(region);
    for (int i = 0; i < 1000; ++i) { std::free(opaque(std::malloc(100))); }
    CHECK(region.control().phase.load() == wire::Phase::kAbandoned);
    CHECK(region.control().losses.abandoned.load() == 1);
}

// Steps over all records of a ring; returns how many are numbered.
std::uint64_t drain(wire::RingReader& reader) {
    std::uint64_t events = 0;
    while (reader.has_record()) {
        events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
        reader.skip(reader.record_length());
    }
    reader.release();
    return events;
}

std::atomic<int> handled{0};
// What a signal handler has forked: 0 in the child.
std::atomic<pid_t> forked_in_handler{-1};

TEST_CASE("a child that a signal handler forks while its thread waits for room leaves the ring to its parent") {
    forked_in_handler = -1;
    struct sigaction action {};
    action.sa_handler = [](int) { forked_in_handler = ::fork(); };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region({8, 256, 64});
    Recording recording(region);
    std::atomic<bool> done{false};
    std::thread waiting([&done] {
        for (int i = 0; i < 1000; ++i) {
            std::free(opaque(std::malloc(100)));
            if (forked_in_handler == 0) { ::_exit(0); }
        }
        done = true;
    });
    const auto find_waiting = [&region]() -> std::uint32_t {
        for (std::uint32_t slot = 0;; slot = (slot + 1) % 8) {
            if (region.slot(slot).waiting.load() != 0) { return slot; }
        }
    };
    const std::uint32_t slot = find_waiting();
    REQUIRE(::pthread_kill(waiting.native_handle(), SIGUSR1) == 0);
    while (forked_in_handler == -1) { std::this_thread::yield(); }
    int status = -1;
    REQUIRE(::waitpid(forked_in_handler, &status, 0) == forked_in_handler);
    CHECK(status == 0);
    CHECK(region.control().phase.load() == wire::Phase::kRecording);
    wire::RingReader reader(region.slot(slot), 256);
    std::uint64_t events = 0;
    while (!done) {
        while (reader.has_record()) {
            events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
            reader.skip(reader.record_length());
        }
        reader.release();
    }
    waiting.join();
    recording.stop();
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK_FALSE(reader.corrupt());
    CHECK(events >= 1900);  // the rest may still be there
    CHECK(region.control().losses.abandoned.load() == 0);
}

TEST_CASE("a child that a signal handler forks in the middle of a record leaves the recording to its parent") {
    constexpr int kForks = 60;
    struct sigaction action {};
    action.sa_handler = [](int) { forked_in_handler = ::fork(); };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region(kRoomy);
    std::array<wire::RingReader, 8> readers;
    for (std::uint32_t slot = 0; slot < 8; ++slot) { readers[slot] = {region.slot(slot), kRoomy.ring_words}; }
    std::uint64_t events = 0;
    const auto drain_all = [&] {
        for (wire::RingReader& reader : readers) { events += drain(reader); }
    };
    Recording recording(region);
    std::atomic<bool> done{false};
    std::thread writing([&done] {
        while (!done) {
            std::free(opaque(std::malloc(100)));
            if (forked_in_handler == 0) { ::_exit(0); }
        }
    });
    for (int i = 0; i < kForks; ++i) {
        forked_in_handler = -1;
        REQUIRE(::pthread_kill(writing.native_handle(), SIGUSR1) == 0);
        while (forked_in_handler == -1) { drain_all(); }
        int status = -1;
        while (::waitpid(forked_in_handler, &status, WNOHANG) == 0) { drain_all(); }
        CHECK(status == 0);
    }
    done = true;
    drain_all();
    writing.join();
    recording.stop();
    drain_all();
    ::sigaction(SIGUSR1, &before, nullptr);
    for (const wire::RingReader& reader : readers) { CHECK_FALSE(reader.corrupt()); }
    CHECK(events == region.control().next_sequence.load());
}

// Two wait for room, so one of them sleeps (payload/waiting.h). Each signal ends that sleep.
TEST_CASE("signals do not make a thread give the recorder up") {
    struct sigaction action {};
    action.sa_handler = [](int) { ++handled; };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region({8, 256, 64});
    Recording recording(region);
    std::atomic<int> done{0};
    const auto fill = [&done] {
        for (int i = 0; i < 500; ++i) { std::free(opaque(std::malloc(100))); }
        ++done;
    };
    std::thread threads[] = {std::thread(fill), std::thread(fill)};
    const auto count_waiting = [&region] {
        std::uint32_t count = 0;
        for (std::uint32_t slot = 0; slot < 8; ++slot) { count += region.slot(slot).waiting.load(); }
        return count;
    };
    while (count_waiting() < 2) { std::this_thread::yield(); }
    for (int i = 0; i < 1000; ++i) {
        const int seen = handled;
        REQUIRE(::pthread_kill(threads[i % 2].native_handle(), SIGUSR1) == 0);
        while (handled == seen) { std::this_thread::yield(); }
    }
    CHECK(region.control().phase.load() == wire::Phase::kRecording);
    CHECK(count_waiting() == 2);
    region.control().controller_lock.store(FUTEX_OWNER_DIED);
    for (std::thread& thread : threads) { thread.join(); }
    recording.stop();
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("threads beyond the pool go unrecorded and are counted") {
    Region region({1, 1U << 16U, 64});
    region.control().controller_lock.store(FUTEX_OWNER_DIED);  // nobody will free a slot: do not wait
    Recording recording(region);
    std::free(opaque(std::malloc(1)));
    std::thread([] {
        for (int i = 0; i < 50; ++i) { std::free(opaque(std::malloc(10))); }
    }).join();
    recording.stop();
    CHECK(region.control().losses.no_slot.load() >= 100);
    CHECK(region.control().slots_high_water.load() == 1);
}

TEST_CASE("a region that is not ours is refused") {
    Region region(kRoomy);
    const auto start = [&](std::size_t size) { return call_payload("memray_payload_start", region.data(), size); };
    CHECK(start(100) == 1);
    CHECK(start(wire::kRegionHeadSize - 1) == 1);
    region.control().version = 999;
    CHECK(start(wire::kRegionHeadSize) == 2);
    region.control().version = wire::kProtocolVersion;
    region.control().ring_words = 300;
    CHECK(start(wire::kRegionHeadSize) == 1);
    CHECK(call_payload("memray_payload_start", nullptr, 0) == 1);
}

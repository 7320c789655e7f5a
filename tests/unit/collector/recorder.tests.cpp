// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/recorder.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "injector/base/error.h"
#include "injector/capture/reader.h"
#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using capture::EndKind;
using std::chrono::milliseconds;
using tests::Shape;
using tests::SharedRegion;
using tests::TargetThread;

struct Recording {
    std::string path;
    SharedRegion shared;
    Recorder recorder;

    explicit Recording(bool aggregate = false, Shape shape = {.ring_words = 4096})
        : path(scratch()),
          shared(shape),
          recorder(shared.controller_memory(), ::getpid(), {}, {path, true, true, aggregate}) {}
    ~Recording() { std::filesystem::remove(path); }

    static std::string scratch() {
        return std::filesystem::temp_directory_path() / ("recorder." + std::to_string(::getpid()) + ".bin");
    }
    capture::Profile finish(capture::Ending ending = {EndKind::kExited, 3}) {
        recorder.finish(ending);
        return capture::read_profile(path);
    }
};

// Two threads that hand each other memory whose addresses are used again at once.
void hand_over(const SharedRegion& shared, std::uint64_t rounds) {
    constexpr std::size_t kBoxes = 64;
    std::vector<std::atomic<bool>> full(kBoxes);
    std::thread producer([&] {
        TargetThread thread(shared, 0);
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const std::size_t box = i % kBoxes;
            while (full[box].load(std::memory_order_acquire)) { std::this_thread::yield(); }
            thread.allocate(16 * (box + 1), 32);  // the number is taken after the real allocation
            full[box].store(true, std::memory_order_release);
        }
    });
    std::thread consumer([&] {
        TargetThread thread(shared, 1);
        for (std::uint64_t i = 0; i < rounds; ++i) {
            const std::size_t box = i % kBoxes;
            while (!full[box].load(std::memory_order_acquire)) { std::this_thread::yield(); }
            thread.free(16 * (box + 1));  // the number is taken before the real free
            full[box].store(false, std::memory_order_release);
        }
    });
    producer.join();
    consumer.join();
}

}  // namespace

TEST_CASE("a recording becomes a capture with everything in it") {
    const bool aggregate = GENERATE(false, true);
    Recording run(aggregate);
    TargetThread thread(run.shared, 0);
    thread.code(1, "main.py", "main", 12);
    thread.frames(0, {wire::frame_word(1, -1)});
    thread.allocate(16, 1000);
    thread.allocate(32, 24);
    thread.free(16);
    run.recorder.step(milliseconds(1));
    CHECK(run.recorder.status().events == 3);
    CHECK(run.recorder.status().heap_bytes == 24);
    CHECK(run.recorder.status().peak_bytes == 1024);
    thread.allocate(48, 6);
    const capture::Profile profile = run.finish();
    CHECK((profile.total.count == 3 && profile.total.bytes == 1030));
    CHECK((profile.peak.count == 2 && profile.peak.bytes == 1024));
    CHECK((profile.leaked.count == 2 && profile.leaked.bytes == 30));
    REQUIRE(profile.sites.size() == 1);
    const capture::Frame& frame = profile.frames.at(profile.stacks.at(profile.sites[0].stack).frame);
    CHECK(frame.line == 12);
    CHECK(profile.strings.at(profile.functions.at(frame.function).name) == "main");
    CHECK(profile.metadata.ending.kind == EndKind::kExited);
    CHECK(profile.metadata.ending.code == 3);
    CHECK(profile.metadata.aggregated == aggregate);
    CHECK(profile.metadata.incomplete.empty());
    CHECK(profile.metadata.main_thread == (::getpid() == ::syscall(SYS_gettid) ? 1 : 0));
    CHECK(profile.snapshots.back().heap == 30);
}

TEST_CASE("a snapshot holds everything until then, and the recording goes on") {
    const bool aggregate = GENERATE(false, true);
    Recording run(aggregate);
    TargetThread thread(run.shared, 0);
    thread.code(1, "main.py", "main", 12);
    thread.frames(0, {wire::frame_word(1, -1)});
    thread.allocate(16, 1000);
    thread.free(16);
    thread.allocate(32, 24);
    const std::string path = run.path + ".snapshot";
    run.recorder.write_snapshot(path, false).get();  // nothing was drained before
    const capture::Profile snapshot = capture::read_profile(path);
    CHECK((snapshot.total.count == 2 && snapshot.total.bytes == 1024));
    CHECK((snapshot.peak.count == 1 && snapshot.peak.bytes == 1000));
    CHECK((snapshot.leaked.count == 1 && snapshot.leaked.bytes == 24));
    CHECK(snapshot.metadata.ending.kind == EndKind::kRunning);
    CHECK(snapshot.metadata.end_ms >= snapshot.metadata.start_ms);
    CHECK(snapshot.metadata.aggregated);
    CHECK(snapshot.metadata.incomplete.empty());
    CHECK(snapshot.snapshots.back().heap == 24);
    thread.allocate(48, 6);
    CHECK_THROWS_WITH(run.recorder.write_snapshot(path, false).get(), Catch::Contains("already exists"));
    run.recorder.write_snapshot(path, true).get();
    CHECK(capture::read_profile(path).leaked.bytes == 30);
    std::filesystem::remove(path);
    const capture::Profile profile = run.finish();
    CHECK((profile.total.count == 3 && profile.total.bytes == 1030));
    CHECK(profile.metadata.ending.kind == EndKind::kExited);
    CHECK(profile.metadata.aggregated == aggregate);
}

TEST_CASE("a snapshot that cannot be written leaves no file and does not disturb the recording") {
    Recording run;
    TargetThread thread(run.shared, 0);
    thread.allocate(16, 1000);
    CHECK_THROWS_AS(run.recorder.write_snapshot("/nowhere/snapshot", false).get(), base::Error);
    CHECK_THROWS_WITH(run.recorder.write_snapshot("/dev/null", true).get(), Catch::Contains("not a regular file"));
    CHECK(run.recorder.status().failure.empty());
    CHECK(run.finish().leaked.bytes == 1000);
}

TEST_CASE("the event log replays to the same heap, slot by slot") {
    Recording run;
    TargetThread thread(run.shared, 0);
    thread.allocate(0x10000, 0x3000, wire::Allocator::kMmap);
    thread.allocate(16, 8);
    thread.free(16);
    thread.undo(16);
    thread.unmap(0x11000, 0x1000);
    thread.allocate(32, 5);
    run.finish();
    using capture::EventKind;
    std::vector<std::pair<EventKind, std::uint32_t>> seen;
    std::vector<std::uint64_t> slots(8);
    capture::read_events(run.path, [&](const capture::Event& event) {
        if (event.kind == EventKind::kTime) { return; }
        seen.emplace_back(event.kind, event.slot);
        slots.at(event.slot) = event.kind == EventKind::kDeallocation ? 0 : event.size;
    });
    const std::vector<std::pair<EventKind, std::uint32_t>> expected{
        {EventKind::kAllocation, 0}, {EventKind::kAllocation, 1},   {EventKind::kDeallocation, 1},
        {EventKind::kRestore, 1},    {EventKind::kDeallocation, 0}, {EventKind::kRestore, 0},
        {EventKind::kRestore, 2},    {EventKind::kAllocation, 3}};
    CHECK(seen == expected);
    CHECK(slots == std::vector<std::uint64_t>{0x1000, 8, 0x1000, 5, 0, 0, 0, 0});
}

TEST_CASE("memory handed over between threads is never lost or found twice") {
    Recording run(true, {.slots = 2, .ring_words = 1U << 14U});
    constexpr std::uint64_t kRounds = 1'000'000;
    std::atomic<bool> done{false};
    std::thread target([&] {
        hand_over(run.shared, kRounds);
        done = true;
    });
    while (!done) { run.recorder.step(milliseconds(1)); }
    target.join();
    const capture::Profile profile = run.finish();
    CHECK(profile.total.count == kRounds);
    CHECK(profile.allocators[static_cast<std::size_t>(capture::Allocator::kFree)].count == kRounds);
    CHECK(profile.metadata.losses.unknown_frees == 0);
    CHECK(profile.metadata.losses.reused_addresses == 0);
    CHECK(profile.metadata.losses.missing_sequences == 0);
    CHECK(profile.leaked.count == 0);
    CHECK(profile.lifetimes.empty());
}

TEST_CASE("events in flight when the target died are losses") {
    Recording run;
    TargetThread a(run.shared, 0);
    TargetThread b(run.shared, 1);
    a.take_number();
    b.allocate(16, 8);
    run.shared.control().losses.no_slot = 5;
    run.shared.control().losses.unpatched = 2;
    const capture::Profile profile = run.finish({EndKind::kSignaled, 9});
    CHECK(profile.total.count == 1);
    CHECK(profile.metadata.losses.missing_sequences == 1);
    CHECK(profile.metadata.losses.events == 5);
    CHECK(profile.metadata.losses.unpatched == 2);
}

TEST_CASE("a thread that overwrites its ring does not stop the others") {
    Recording run;
    TargetThread bad(run.shared, 0);
    TargetThread good(run.shared, 1);
    bad.take_number();
    bad.words({0xff});
    good.allocate(16, 8);
    for (int i = 0; i < 10'000 && run.recorder.status().events == 0; ++i) { run.recorder.step(milliseconds(1)); }
    CHECK(run.recorder.status().events == 1);
    const capture::Profile profile = run.finish();
    CHECK(profile.metadata.losses.missing_sequences == 1);
    CHECK(profile.metadata.incomplete == "the program overwrote the recorder's memory");
}

TEST_CASE("a stopped thread with a number holds the others up only for a while") {
    Recording run(false, {.slots = 2, .ring_words = 64});
    TargetThread stopped(run.shared, 0);
    stopped.take_number();
    std::thread other([&] {
        TargetThread thread(run.shared, 1);
        for (std::uint64_t i = 1; i <= 100; ++i) { thread.allocate(16 * i, 8); }
    });
    while (run.recorder.status().events < 100) { run.recorder.step(milliseconds(1)); }
    other.join();
    CHECK(run.finish().metadata.losses.missing_sequences == 1);
}

TEST_CASE("recording ends when the payload gives up") {
    Recording run;
    CHECK(run.recorder.recording());
    run.shared.control().phase = wire::Phase::kFinished;
    CHECK(run.recorder.recording());  // another Python may come
    run.shared.control().phase = wire::Phase::kAbandoned;
    CHECK_FALSE(run.recorder.recording());
    run.recorder.finish({});
}

TEST_CASE("what happens after the last Python does not count") {
    Recording run;
    TargetThread thread(run.shared, 0);
    TargetThread other(run.shared, 1);
    thread.allocate(16, 100);
    thread.allocate(32, 200);
    thread.finish();
    thread.free(16);
    thread.allocate(48, 5000);
    run.shared.control().losses.reentrant = 3;
    run.recorder.step(milliseconds(0));
    CHECK(run.recorder.status().heap_bytes == 300);
    thread.free(32);
    thread.take_number();  // it dies in the middle of a record
    other.free(16);
    const capture::Profile profile = run.finish();
    CHECK((profile.leaked.count == 2 && profile.leaked.bytes == 300));
    CHECK((profile.total.count == 2 && profile.total.bytes == 300));
    CHECK((profile.peak.count == 2 && profile.peak.bytes == 300));
    CHECK(profile.metadata.losses.missing_sequences == 0);
}

TEST_CASE("what happens between two Pythons counts") {
    Recording run;
    TargetThread thread(run.shared, 0);
    thread.allocate(16, 100);
    thread.allocate(32, 200);
    thread.finish();
    thread.free(16);
    thread.allocate(48, 5000);
    thread.undo(16);
    run.recorder.step(milliseconds(0));
    CHECK(run.recorder.status().heap_bytes == 300);
    thread.restart();
    thread.allocate(64, 7);
    run.recorder.step(milliseconds(0));
    CHECK(run.recorder.status().heap_bytes == 5307);
    thread.finish();
    thread.free(48);
    const capture::Profile profile = run.finish();
    CHECK((profile.leaked.count == 4 && profile.leaked.bytes == 5307));
    CHECK((profile.total.count == 4 && profile.total.bytes == 5307));
    CHECK((profile.peak.count == 4 && profile.peak.bytes == 5307));
}

TEST_CASE("the heart beats in every step, and the target is told the time") {
    Recording run;
    const std::uint64_t before = run.shared.control().heartbeat;
    const auto start = std::chrono::steady_clock::now().time_since_epoch();
    run.recorder.step(milliseconds(0));
    CHECK(run.shared.control().heartbeat == before + 1);
    const std::int64_t seconds = run.shared.control().seconds;
    CHECK(seconds >= std::chrono::duration_cast<std::chrono::seconds>(start).count());
    CHECK(seconds <= std::chrono::duration_cast<std::chrono::seconds>(start).count() + 60);
    run.recorder.finish({});
}

TEST_CASE("detaching stops the target's recording") {
    Recording run;
    run.finish({EndKind::kDetached, 0});
    CHECK(run.shared.control().phase == wire::Phase::kStopped);
}

TEST_CASE("a full disk stops the recording and says so, the target goes on") {
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit unlimited{};
    ::getrlimit(RLIMIT_FSIZE, &unlimited);
    Recording run(false, {.ring_words = 1U << 15U});
    const rlimit small{100'000, unlimited.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    TargetThread thread(run.shared, 0);
    std::uint64_t address = 16;
    while (run.shared.control().phase == wire::Phase::kRecording && address < 160'000'000) {
        for (int i = 0; i < 5000; ++i, address += 16) { thread.allocate(address, address % 1009); }
        run.recorder.step(milliseconds(0));
    }
    ::setrlimit(RLIMIT_FSIZE, &unlimited);
    std::signal(SIGXFSZ, old_handler);
    CHECK(run.shared.control().phase == wire::Phase::kStopped);
    CHECK_FALSE(run.recorder.recording());
    CHECK(run.recorder.status().failure.find("File too large") != std::string::npos);
    thread.allocate(address, 8);
    run.recorder.step(milliseconds(0));
    CHECK(run.recorder.status().events == address / 16);
    const capture::Profile profile = run.finish();
    CHECK(profile.total.count == address / 16);
    CHECK(profile.metadata.incomplete.find("File too large") != std::string::npos);
}

TEST_CASE("a capture that exists is not overwritten") {
    const std::string path = Recording::scratch();
    std::ofstream(path) << "precious";
    const SharedRegion shared;
    CHECK_THROWS_AS(Recorder(shared.controller_memory(), ::getpid(), {}, {path, false, true, false}), base::Error);
    std::string content;
    std::ifstream(path) >> content;
    CHECK(content == "precious");
    std::filesystem::remove(path);
}

}  // namespace memray::collector

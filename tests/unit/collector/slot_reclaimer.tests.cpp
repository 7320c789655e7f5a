// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/slot_reclaimer.h"

#include <catch2/catch.hpp>
#include <thread>

#include "injector/collector/record_decoder.h"
#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using tests::SharedRegion;
using tests::TargetThread;
using Clock = SlotReclaimer::Clock;

struct Setup {
    SharedRegion shared;
    MappedRegion region{shared.controller_memory()};
    OrderedMerge merge{region};
    Aggregator aggregator{0, nullptr};
    capture::Profile profile;
    RecordDecoder decoder{merge, 4, 0, aggregator, profile};
    TargetThreads threads{::getpid()};
    SlotReclaimer reclaimer{region, merge, threads};
    Clock::time_point now{Clock::now()};

    void drain() { merge.drain(decoder, 1000); }
    wire::SlotState state() const { return shared.slot(0).state; }
    // A thread that allocates once and is dead when this returns. The kernel may show it a moment longer than join()
    // waits, so this one waits for the kernel.
    void short_thread(std::uint64_t address, std::uint32_t pops, std::uint64_t frame) {
        std::uint32_t tid = 0;
        std::thread([&] {
            TargetThread thread(shared, 0);
            thread.frames(pops, {frame});
            thread.allocate(address, 8);
            tid = thread.slot().tid;
        }).join();
        while (threads.alive(tid)) { std::this_thread::yield(); }
    }
};

}  // namespace

TEST_CASE("the slot of a dead thread is free once its ring is drained") {
    Setup setup;
    setup.short_thread(16, 0, 1);
    setup.reclaimer.step(setup.now);
    CHECK(setup.state() == wire::SlotState::kClaimed);  // the ring is not known yet
    setup.merge.drain(setup.decoder, 1);
    setup.reclaimer.step(setup.now + SlotReclaimer::kInterval);
    CHECK(setup.state() == wire::SlotState::kClaimed);  // one record is left
    setup.drain();
    setup.reclaimer.step(setup.now + 2 * SlotReclaimer::kInterval);
    CHECK(setup.state() == wire::SlotState::kFree);
}

TEST_CASE("the slot of a living thread stays") {
    Setup setup;
    TargetThread thread(setup.shared, 0);
    thread.allocate(16, 8);
    setup.drain();
    setup.reclaimer.step(setup.now);
    CHECK(setup.state() == wire::SlotState::kClaimed);
}

TEST_CASE("a thread that waits for a slot does not wait for the next round") {
    Setup setup;
    setup.reclaimer.step(setup.now);
    setup.short_thread(16, 0, 1);
    setup.drain();
    setup.reclaimer.step(setup.now);
    CHECK(setup.state() == wire::SlotState::kClaimed);
    setup.shared.control().slot_waiters = 1;
    setup.reclaimer.step(setup.now);
    CHECK(setup.state() == wire::SlotState::kFree);
}

TEST_CASE("the next owner of a slot is another thread with an empty stack") {
    Setup setup;
    setup.short_thread(16, 0, wire::frame_word(1, 0));
    setup.drain();
    setup.reclaimer.step(setup.now);
    setup.short_thread(32, 0, wire::frame_word(1, 0));
    setup.drain();
    REQUIRE(setup.decoder.threads().size() == 2);
    CHECK(setup.decoder.threads()[1].id == 2);
    REQUIRE(setup.aggregator.sites().size() == 2);
    CHECK(setup.aggregator.sites().key(0).node == setup.aggregator.sites().key(1).node);
    CHECK(setup.aggregator.sites().key(1).thread == 1);
    CHECK(setup.decoder.bad_records() == 0);
}

TEST_CASE("the slot of a dead thread with a corrupt ring can be used again") {
    Setup setup;
    setup.short_thread(16, 0, 1);
    setup.drain();
    setup.shared.slot(0).head += 1'000'000;
    setup.drain();
    REQUIRE(setup.merge.corrupt_rings() == 1);
    setup.reclaimer.step(setup.now);
    CHECK(setup.state() == wire::SlotState::kFree);
    CHECK(setup.shared.slot(0).tail == setup.shared.slot(0).head);
}

}  // namespace memray::collector

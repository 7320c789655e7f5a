// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/record_decoder.h"

#include <catch2/catch.hpp>

#include "injector/collector/ordered_merge.h"
#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using tests::SharedRegion;
using tests::TargetThread;

struct Pipeline {
    SharedRegion shared{{.ring_words = 4096}};
    MappedRegion region{shared.controller_memory()};
    OrderedMerge merge{region};
    Aggregator aggregator{0, nullptr};
    capture::Profile profile;
    RecordDecoder decoder{merge, 4, 0x030B0000, aggregator, profile};

    void drain() {
        while (merge.drain(decoder, 1000) > 0) {}
        aggregator.add_sites(profile);
    }
    std::string stack(std::uint32_t site) const {
        std::string text;
        for (std::uint32_t at = profile.sites[site].stack; at != 0; at = profile.stacks[at].parent) {
            const capture::Frame& frame = profile.frames[profile.stacks[at].frame];
            const capture::Function& function = profile.functions[frame.function];
            text += profile.strings[function.name] + ":" + profile.strings[function.file] + ":" +
                    std::to_string(frame.line) + " ";
        }
        return text;
    }
};

}  // namespace

TEST_CASE("stacks get names and lines") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    thread.code(1, "main.py", "<module>", 1, std::string("\x80\x0a\x01", 3));
    thread.code(2, "m\xe4in.py", "f", 40);
    thread.frames(0, {wire::frame_word(1, 0), wire::frame_word(2, -1)});
    thread.allocate(16, 8);
    thread.frames(1, {});
    thread.allocate(32, 8);
    run.drain();
    REQUIRE(run.profile.sites.size() == 2);
    CHECK(run.stack(0) == "f:m\u00e4in.py:40 <module>:main.py:1 ");
    CHECK(run.stack(1) == "<module>:main.py:1 ");
    CHECK(run.profile.stacks.size() == 3);
}

TEST_CASE("code is known although the record that says so waits for its turn") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    TargetThread other(run.shared, 1);
    const std::uint64_t missing = other.take_number();
    other.allocate(32, 8);  // not due before the missing number
    other.blob("");
    other.code(9, "late.py", std::string(1000, 'l'), 3);
    thread.frames(0, {wire::frame_word(9, -1)});
    run.drain();
    CHECK(run.profile.sites.empty());
    TargetThread third(run.shared, 2);
    third.numbered(wire::RecordKind::kAllocation, wire::Allocator::kMalloc, 8, 16, missing);
    thread.allocate(48, 8);
    run.drain();
    REQUIRE(run.profile.sites.size() == 3);
    CHECK(run.stack(2) == std::string(1000, 'l') + ":late.py:3 ");
    CHECK(run.profile.frames.size() == 1);
    CHECK(run.decoder.bad_records() == 0);
}

TEST_CASE("code that nobody announces is called ???") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    thread.frames(0, {wire::frame_word(9, 0)});
    thread.allocate(16, 8);
    run.drain();
    CHECK(run.stack(0) == "???:???:0 ");
}

TEST_CASE("code compiled again and again costs nothing: stacks and sites are what a person sees") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    for (std::uint32_t id = 1; id <= 30'000; ++id) {
        // Two instructions of line 8, in tables that differ in columns only; then one of line 9.
        const std::string columns(1, static_cast<char>(id % 100));
        const std::string table = std::string("\xd1", 1) + columns + "\x02" + std::string("\xd8\x00\x01", 3);
        thread.code(id, "a.py", "f", 8, table);
        thread.frames(id == 1 ? 0 : 1, {wire::frame_word(id, id % 2 == 0 ? 0 : 2)});
        thread.allocate(16, 8);
        thread.free(16);
        thread.death(id);
        if (id % 10 == 0) { run.drain(); }
    }
    run.drain();
    CHECK(run.decoder.codes().size() == 0);
    CHECK(run.profile.functions.size() == 1);
    CHECK(run.profile.frames.size() == 1);
    CHECK(run.profile.stacks.size() == 2);
    REQUIRE(run.profile.sites.size() == 1);
    CHECK(run.stack(0) == "f:a.py:8 ");
    run.aggregator.fill(run.profile);
    CHECK(run.profile.sites[0].total.count == 30'000);
}

TEST_CASE("a code object that dies in one thread is known for what other threads did before") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    TargetThread other(run.shared, 1);
    thread.code(5, "a.py", "f", 1);
    thread.frames(0, {wire::frame_word(5, -1)});
    thread.allocate(16, 8);
    other.frames(0, {wire::frame_word(5, 4)});
    const std::uint64_t number = other.take_number();
    thread.death(5);
    run.drain();
    CHECK(run.decoder.codes().size() == 1);
    other.numbered(wire::RecordKind::kAllocation, wire::Allocator::kMalloc, 8, 32, number);
    run.drain();
    CHECK(run.decoder.codes().size() == 0);
    REQUIRE(run.profile.sites.size() == 2);
    CHECK(run.stack(1) == "f:a.py:1 ");
}

TEST_CASE("a private id means what its own ring said last") {
    constexpr std::uint32_t kId = wire::kPrivateCode | 3;
    Pipeline run;
    TargetThread a(run.shared, 0);
    TargetThread b(run.shared, 1);
    a.code(kId, "a.py", "first", 1);
    b.code(kId, "b.py", "other", 2);
    a.frames(0, {wire::frame_word(kId, -1)});
    a.allocate(16, 8);
    b.frames(0, {wire::frame_word(kId, -1)});
    b.allocate(32, 8);
    a.code(kId, "a.py", "second", 7);
    a.frames(1, {wire::frame_word(kId, -1)});
    a.allocate(48, 8);
    run.drain();
    REQUIRE(run.profile.sites.size() == 3);
    CHECK(run.stack(0) == "first:a.py:1 ");
    CHECK(run.stack(1) == "other:b.py:2 ");
    CHECK(run.stack(2) == "second:a.py:7 ");
    CHECK(run.decoder.codes().size() == 2);
}

TEST_CASE("a blob longer than a record arrives whole") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    const std::string name(5001, 'n');
    thread.code(1, "a.py", name, 1);
    thread.allocate(16, 8);
    run.drain();
    REQUIRE(run.profile.functions.size() == 1);
    CHECK(run.profile.strings[run.profile.functions[0].name] == name);
}

TEST_CASE("code whose sizes do not fit its bytes is dropped and counted") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    thread.blob("abc");
    thread.words({wire::header_word(wire::RecordKind::kCode, {}, 1), std::uint64_t{0xffffffff} << 32U, 4, 0x101});
    run.drain();
    CHECK_FALSE(run.decoder.codes().knows(0, 1));
    CHECK(run.decoder.bad_records() == 1);
    thread.code(1, "a.py", "f", 1);
    run.drain();
    CHECK(run.decoder.codes().knows(0, 1));
}

TEST_CASE("threads are numbered by their claims and carry the name they set") {
    Pipeline run;
    TargetThread a(run.shared, 0, 100);
    TargetThread b(run.shared, 1, 200);
    b.thread_name("worker");
    b.allocate(16, 8);
    a.allocate(32, 8);
    run.drain();
    const auto& threads = run.decoder.threads();
    REQUIRE(threads.size() == 2);
    CHECK((threads[0].id == 1 && threads[0].tid == 100 && threads[0].name.empty()));
    CHECK((threads[1].id == 2 && threads[1].tid == 200 && threads[1].name == "worker"));
}

TEST_CASE("names of threads are as Python or the kernel has them, and the last one counts") {
    const auto named = [](std::initializer_list<std::pair<std::string, std::uint64_t>> names) {
        Pipeline run;
        TargetThread thread(run.shared, 0);
        for (const auto& [name, width] : names) { thread.thread_name(name, width); }
        thread.allocate(16, 8);
        run.drain();
        return run.decoder.threads().at(0).name;
    };
    CHECK(named({{"first", 0}, {"gr\xf6\xdf", 1}}) == "größ");
    CHECK(named({{"first", 1}, {"gr\xc3\xb6\xc3\x9f", 0}}) == "größ");
    CHECK(named({{std::string("\xe5\x5d\x11\x4e", 4), 2}}) == "工丑");
    CHECK(named({{std::string("\x0d\xf4\x01\x00", 4), 4}}) == "\U0001F40D");
    CHECK(named({{"odd", std::uint64_t{1} << 40U}}).empty());
    CHECK(named({{"first", 1}, {"", 1}}).empty());
}

TEST_CASE("what happens after the interpreter's end does not count") {
    Pipeline run;
    TargetThread a(run.shared, 0);
    TargetThread b(run.shared, 1);
    a.allocate(16, 100);
    b.finish();
    a.free(16);
    b.allocate(32, 5);
    run.drain();
    CHECK(run.decoder.finished());
    CHECK(run.aggregator.heap() == 100);
    CHECK(run.aggregator.events() == 1);
}

TEST_CASE("a stack with too many pops is counted and starts anew") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    thread.code(1, "a.py", "f", 1);
    thread.frames(5, {wire::frame_word(1, 0)});
    thread.allocate(16, 8);
    run.drain();
    CHECK(run.decoder.bad_records() == 1);
    CHECK(run.stack(0) == "f:a.py:1 ");
}

TEST_CASE("what happened between two Pythons is the doing of threads that may have ended") {
    Pipeline run;
    const auto allocation = [](std::uint64_t size) {
        return wire::header_word(wire::RecordKind::kAllocation, wire::Allocator::kMalloc, size);
    };
    const auto mark = [](wire::RecordKind kind) { return wire::header_word(kind, wire::Allocator::kNone, 0); };
    run.decoder.opened(0, 1, 11);
    run.decoder.event(0, mark(wire::RecordKind::kFinish), 0);
    run.decoder.event(0, allocation(5), 16);
    run.decoder.advance(1000);
    run.decoder.opened(0, 2, 12);  // another thread has its ring now
    run.decoder.event(0, allocation(7), 32);
    CHECK(run.aggregator.events() == 0);
    run.decoder.event(0, mark(wire::RecordKind::kRestart), 0);
    CHECK(run.aggregator.heap() == 12);
    REQUIRE(run.aggregator.sites().size() == 2);
    CHECK(run.aggregator.sites()[0].thread == 0);
    CHECK(run.aggregator.sites()[1].thread == 1);
}

TEST_CASE("too much after the end of Python ends the recording there") {
    Pipeline run;
    run.decoder.opened(0, 1, 11);
    run.decoder.event(0, wire::header_word(wire::RecordKind::kFinish, wire::Allocator::kNone, 0), 0);
    const auto header = wire::header_word(wire::RecordKind::kAllocation, wire::Allocator::kMalloc, 8);
    for (std::size_t i = 0; i < HeldEvents::kMost - 1; ++i) { run.decoder.event(0, header, 16 * (i + 1)); }
    CHECK_FALSE(run.decoder.finished_for_good());
    run.decoder.event(0, header, 8);
    CHECK(run.decoder.finished_for_good());
    run.decoder.event(0, wire::header_word(wire::RecordKind::kRestart, wire::Allocator::kNone, 0), 0);
    CHECK(run.decoder.finished());
    CHECK(run.aggregator.events() == 0);
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/record_decoder.h"

#include <catch2/catch.hpp>

#include "injector/collector/ordered_merge.h"
#include "injector/collector/profile_tables.h"
#include "support/shared_region.h"
#include "support/target_thread.h"

namespace memray::collector {
namespace {

using tests::SharedRegion;
using tests::TargetThread;

struct Pipeline {
    SharedRegion shared{{.ring_words = 4096}};
    Region region{shared.controller_mapping()};
    OrderedMerge merge{region};
    Aggregator aggregator{0, nullptr};
    RecordDecoder decoder{4, 0x030B0000, aggregator};
    capture::Profile profile;
    ProfileTables tables{profile, decoder.stacks(), decoder.codes()};

    void drain() {
        while (merge.drain(decoder, 1000) > 0) {}
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
    REQUIRE(run.tables.update(run.aggregator.sites(), false));
    REQUIRE(run.profile.sites.size() == 2);
    CHECK(run.stack(0) == "f:m\u00e4in.py:40 <module>:main.py:1 ");
    CHECK(run.stack(1) == "<module>:main.py:1 ");
    CHECK(run.profile.stacks.size() == 3);
}

TEST_CASE("code that another thread still announces is waited for, unless it is too late") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    TargetThread other(run.shared, 1);
    thread.frames(0, {wire::frame_word(9, 0)});
    thread.allocate(16, 8);
    run.drain();
    CHECK_FALSE(run.tables.update(run.aggregator.sites(), false));
    CHECK(run.profile.sites.empty());
    SECTION("it comes") {
        other.code(9, "late.py", "late", 3);
        run.drain();
        CHECK(run.tables.update(run.aggregator.sites(), false));
        CHECK(run.stack(0) == "late:late.py:3 ");
    }
    SECTION("it never comes") {
        CHECK(run.tables.update(run.aggregator.sites(), true));
        CHECK(run.stack(0) == "???:???:0 ");
    }
}

TEST_CASE("recreated code objects share functions, frames and stacks") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    for (std::uint32_t id = 1; id <= 3; ++id) {
        thread.code(id, "a.py", "f", 7);
        thread.frames(id == 1 ? 0 : 1, {wire::frame_word(id, 0)});
        thread.allocate(16 * id, 8);
    }
    run.drain();
    REQUIRE(run.tables.update(run.aggregator.sites(), false));
    CHECK(run.decoder.codes().distinct() == 1);
    CHECK(run.profile.functions.size() == 1);
    CHECK(run.profile.frames.size() == 1);
    CHECK(run.profile.stacks.size() == 2);
}

TEST_CASE("a blob longer than a record arrives whole") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    const std::string name(5001, 'n');
    thread.code(1, "a.py", name, 1);
    thread.allocate(16, 8);
    run.drain();
    REQUIRE(run.decoder.codes().find(1) != nullptr);
    CHECK(run.decoder.codes().find(1)->name == name);
}

TEST_CASE("code whose sizes do not fit its bytes is dropped and counted") {
    Pipeline run;
    TargetThread thread(run.shared, 0);
    thread.blob("abc");
    thread.words({wire::header_word(wire::RecordKind::kCode, {}, 1), std::uint64_t{0xffffffff} << 32U, 4, 0x101});
    run.drain();
    CHECK(run.decoder.codes().find(1) == nullptr);
    CHECK(run.decoder.bad_records() == 1);
    thread.code(1, "a.py", "f", 1);
    run.drain();
    CHECK(run.decoder.codes().find(1) != nullptr);
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
    thread.frames(5, {wire::frame_word(1, 0)});
    thread.code(1, "a.py", "f", 1);
    thread.allocate(16, 8);
    run.drain();
    CHECK(run.decoder.bad_records() == 1);
    REQUIRE(run.tables.update(run.aggregator.sites(), false));
    CHECK(run.stack(0) == "f:a.py:1 ");
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A thread that calls, returns and moves on at random, with frames at addresses that are used again and again: what the
// reader is told must always be the stack there is.
#include "payload/stack/sent_stack.h"

#include <catch2/catch.hpp>
#include <vector>

#include "payload/stack/moved_frames.h"
#include "payload/stack/stack_anchor.h"
#include "python_chain.h"

using namespace memray;
using tests::Interpreter;
using tests::PythonChain;
using Stack = std::vector<PythonChain::Shown>;

namespace {

// What the collector makes of the changes it is told.
class Reader {
public:
    explicit Reader(std::uint32_t capacity)
        : memory_(payload::PythonRoom::bytes_for(capacity) / sizeof(std::uint64_t) + 1),
          room_{reinterpret_cast<unsigned char*>(memory_.data()), capacity, 0, 0, 0, {}, 0} {}

    void update(const wire::PythonLayout& layout, std::uint64_t newest, payload::IsCurrentId check = nullptr) {
        const auto depth = static_cast<std::uint32_t>(told_.size());
        std::uint32_t kept = depth;
        if (check == nullptr && payload::update_in_place(layout, newest, room_, kept)) {
            change_ = {kept, depth, false};
            ++in_place_;
        } else {
            change_ = payload::update_stack(layout, newest, room_, depth, kept, check);
        }
        REQUIRE(change_.kept <= depth);
        REQUIRE(change_.kept <= change_.depth);
        kept_ += change_.kept;
        told_.resize(change_.kept);
        payload::CachedFrame* frames = room_.sent();
        for (std::uint32_t i = change_.kept; i < change_.depth; ++i) {
            told_.push_back({frames[i].code, frames[i].instruction});
            wrong_ids_ += frames[i].id != 0 && id_of(frames[i].code) != frames[i].id;
            frames[i].id = id_of(frames[i].code);
        }
    }
    // As a thread does whose interpreter has words for profilers.
    void update(const wire::PythonLayout& layout, const PythonChain& chain) {
        payload::trust_anchor(layout, chain.thread_state(), room_);
        trusted_ += room_.unchanged;
        update(layout, chain.newest());
        payload::renew_anchor(layout, chain.thread_state(), room_);
    }
    // Reads a stack for the first time.
    static Stack read(const wire::PythonLayout& layout, std::uint64_t newest) {
        Reader reader(512);
        reader.update(layout, newest);
        return reader.told();
    }
    [[nodiscard]] const Stack& told() const { return told_; }
    [[nodiscard]] const payload::StackChange& change() const { return change_; }
    [[nodiscard]] std::uint32_t linked() const { return room_.linked; }
    [[nodiscard]] std::uint64_t kept() const { return kept_; }
    [[nodiscard]] std::uint64_t in_place() const { return in_place_; }
    [[nodiscard]] std::uint64_t wrong_ids() const { return wrong_ids_; }
    [[nodiscard]] std::uint64_t trusted() const { return trusted_; }
    [[nodiscard]] const payload::StackAnchor& anchor() const { return room_.anchor; }

private:
    static std::uint32_t id_of(std::uint64_t code) { return static_cast<std::uint32_t>(code >> 4U) | 1U; }
    std::vector<std::uint64_t> memory_;
    payload::PythonRoom room_;
    payload::StackChange change_{};
    Stack told_;
    std::uint64_t kept_{0};
    std::uint64_t in_place_{0};
    std::uint64_t wrong_ids_{0};
    std::uint64_t trusted_{0};
};

void take_a_step(PythonChain& chain) {
    const auto choice = chain.random()() % 20;
    if (chain.depth() < 3 || (choice < 8 && chain.depth() < 200)) {
        chain.call();
    } else if (choice < 15) {
        chain.leave();
    } else if (choice < 19) {
        chain.move_on();
    } else {
        chain.move_one_outside();
    }
}

}  // namespace

TEST_CASE("the reader is always told the stack there is") {
    const auto interpreter = GENERATE(Interpreter::k310, Interpreter::k311, Interpreter::k311Entries,
                                      Interpreter::k312Entries, Interpreter::k314, Interpreter::k314FreeThreaded);
    const auto layout = tests::layout_of(interpreter);
    PythonChain chain(layout, GENERATE(1U, 2U, 3U, 4U));
    Reader reader(256);
    std::size_t wrong = 0;
    std::size_t differently_read = 0;
    std::uint64_t depths = 0;
    for (int step = 0; step < 30'000; ++step) {
        take_a_step(chain);
        if (chain.random()() % 3 != 0) { continue; }
        reader.update(layout, chain.newest());
        wrong += reader.told() != chain.shown();
        if (step % 16 == 0) { differently_read += Reader::read(layout, chain.newest()) != chain.shown(); }
        depths += chain.shown().size();
    }
    CHECK(wrong == 0);
    CHECK(differently_read == 0);
    CHECK(reader.wrong_ids() == 0);
    CHECK(reader.kept() > depths / 3);  // and not by telling all of it each time
    CHECK(reader.in_place() > 100);
}

TEST_CASE("frames that have returned are never read") {
    const auto layout = tests::layout_of(GENERATE(Interpreter::k310, Interpreter::k311Entries, Interpreter::k314));
    PythonChain chain(layout, 11, true);
    Reader reader(256);
    std::size_t wrong = 0;
    for (int step = 0; step < 20'000; ++step) {
        take_a_step(chain);
        if (chain.random()() % 3 != 0) { continue; }
        reader.update(layout, chain.newest());
        wrong += reader.told() != chain.shown();
    }
    CHECK(wrong == 0);
}

TEST_CASE("no more is told than what has changed") {
    const auto layout = tests::layout_of(Interpreter::k314);
    PythonChain chain(layout, 3);
    Reader reader(256);
    for (int i = 0; i < 100; ++i) { chain.call(); }
    reader.update(layout, chain.newest());
    reader.update(layout, chain.newest());
    CHECK(reader.change().kept == reader.told().size());
    CHECK(reader.linked() == chain.depth());
    chain.call();
    reader.update(layout, chain.newest());
    CHECK(reader.change().kept == reader.change().depth - 1);
    chain.leave();
    reader.update(layout, chain.newest());
    CHECK(reader.change().kept == reader.change().depth);
}

TEST_CASE("a stack deeper than the room is cut at its outer end, and right again when it fits") {
    const auto layout = tests::layout_of(Interpreter::k314);
    PythonChain chain(layout, 7);
    Reader reader(16);
    for (int i = 0; i < 150; ++i) {
        chain.call();
        reader.update(layout, chain.newest());
        const Stack all = chain.shown();
        const std::size_t most = std::min<std::size_t>(all.size(), 16);
        REQUIRE(reader.told() == Stack(all.end() - static_cast<std::ptrdiff_t>(most), all.end()));
        REQUIRE(reader.change().truncated == (all.size() > 16));
    }
    while (chain.shown().size() > 10) {
        chain.leave();
        reader.update(layout, chain.newest());
    }
    CHECK(reader.told() == chain.shown());
}

TEST_CASE("frames whose code object may be another one are told again") {
    const auto layout = tests::layout_of(Interpreter::k314);
    PythonChain chain(layout, 9);
    Reader reader(64);
    for (int i = 0; i < 10; ++i) { chain.call(); }
    reader.update(layout, chain.newest());
    reader.update(layout, chain.newest(), [](std::uint64_t, std::uint32_t) noexcept { return false; });
    CHECK(reader.change().kept == 0);
    CHECK(reader.told() == chain.shown());
}

TEST_CASE("a thread without frames has an empty stack") {
    const auto layout = tests::layout_of(Interpreter::k314);
    PythonChain chain(layout, 5);
    Reader reader(64);
    chain.call();
    reader.update(layout, chain.newest());
    REQUIRE_FALSE(reader.told().empty());
    reader.update(layout, 0);
    CHECK(reader.told().empty());
    reader.update(layout, chain.newest());
    CHECK(reader.told() == chain.shown());
}

namespace {

constexpr std::size_t kDeepest = 400;
constexpr std::size_t kDeep = 200;

void descend_to(PythonChain& chain, std::size_t depth) {
    while (chain.depth() < depth) { chain.call(); }
}
void return_to(PythonChain& chain, std::size_t depth) {
    while (chain.depth() > depth) { chain.leave(); }
}

// As deep as an anchor needs it, and looked at once.
struct Deep {
    explicit Deep(std::uint32_t seed) : chain(layout, seed) {
        descend_to(chain, kDeep);
        reader.update(layout, chain);
    }
    wire::PythonLayout layout = tests::layout_of(Interpreter::k315);
    PythonChain chain;
    Reader reader{512};
};

// As programs do: only the innermost frame goes on in its code.
void take_a_deep_step(PythonChain& chain) {
    const auto choice = chain.random()() % 20;
    if (chain.depth() < 3 || (choice < 10 && chain.depth() < kDeepest)) {
        chain.call();
    } else if (choice < 17) {
        chain.leave();
    } else if (choice == 17 && chain.random()() % 100 == 0) {
        for (auto left = chain.random()() % chain.depth(); left > 0 && chain.depth() > 3; --left) { chain.leave(); }
    } else {
        chain.move_on();
    }
}

}  // namespace

TEST_CASE("frames outwards of an anchor are believed, and the reader is still told the stack there is") {
    const auto layout = tests::layout_of(Interpreter::k315);
    PythonChain chain(layout, GENERATE(1U, 2U, 3U, 4U));
    Reader reader(512);
    std::size_t wrong = 0;
    std::uint64_t links = 0;
    for (int step = 0; step < 60'000; ++step) {
        take_a_deep_step(chain);
        if (chain.random()() % 3 != 0) { continue; }
        reader.update(layout, chain);
        wrong += reader.told() != chain.shown();
        links += reader.linked();
    }
    CHECK(wrong == 0);
    CHECK(reader.trusted() > links / 2);
}

TEST_CASE("what returns without a look at it in between is noticed") {
    const auto layout = tests::layout_of(Interpreter::k315);
    PythonChain chain(layout, 5);
    Reader reader(512);
    for (int round = 0; round < 200; ++round) {
        descend_to(chain, 300);
        reader.update(layout, chain);
        REQUIRE(reader.told() == chain.shown());
        for (auto left = chain.random()() % 250; left > 0; --left) { chain.leave(); }
        descend_to(chain, 300);
        reader.update(layout, chain);
        REQUIRE(reader.told() == chain.shown());
    }
}

TEST_CASE("words that another profiler writes to are left to it") {
    Deep deep(6);
    auto& [layout, chain, reader] = deep;
    REQUIRE(chain.profiled_frame() == reader.anchor().frame);
    chain.set_profiled_frame(chain.newest());
    const std::uint64_t theirs = chain.profiled_frame();
    for (int i = 0; i < 10; ++i) {
        chain.move_on();
        reader.update(layout, chain);
        CHECK(reader.told() == chain.shown());
        CHECK(chain.profiled_frame() == theirs);
    }
    CHECK(reader.anchor().is_others);
}

TEST_CASE("a frame that another profiler notes where the anchor was is not taken for it") {
    Deep deep(7);
    auto& [layout, chain, reader] = deep;
    const std::uint64_t anchor = reader.anchor().frame;
    return_to(chain, 20);
    descend_to(chain, kDeep);
    chain.set_profiled_frame(anchor);
    reader.update(layout, chain);
    CHECK(reader.told() == chain.shown());
}

TEST_CASE("another profiler's first sample misleads for a few events at most") {
    int misled = 0;
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        Deep deep(seed);
        auto& [layout, chain, reader] = deep;
        const std::uint64_t anchor = reader.anchor().frame;
        chain.set_profiled_frame(0);
        for (int left = 30; left > 0; --left) { chain.leave(); }
        descend_to(chain, kDeep);
        chain.set_profiled_frame(anchor);
        int looks = 0;
        do {
            chain.move_on();
            reader.update(layout, chain);
        } while (++looks < 1000 && reader.told() != chain.shown());
        CHECK(looks <= 129);
        misled += looks > 1;
    }
    CHECK(misled > 0);
}

TEST_CASE("a shallow stack has no anchor") {
    const auto layout = tests::layout_of(Interpreter::k315);
    PythonChain chain(layout, 10);
    Reader reader(512);
    descend_to(chain, 50);
    reader.update(layout, chain);
    CHECK(chain.profiled_frame() == 0);
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A thread that calls, returns and moves on at random, with frames at addresses that are used again and again: what the
// reader is told must always be the stack there is.
#include "payload/stack/sent_stack.h"

#include <catch2/catch.hpp>
#include <vector>

#include "payload/stack/moved_frames.h"
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
          room_{reinterpret_cast<unsigned char*>(memory_.data()), capacity, 0, 0, 0} {}

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

private:
    static std::uint32_t id_of(std::uint64_t code) { return static_cast<std::uint32_t>(code >> 4U) | 1U; }
    std::vector<std::uint64_t> memory_;
    payload::PythonRoom room_;
    payload::StackChange change_{};
    Stack told_;
    std::uint64_t kept_{0};
    std::uint64_t in_place_{0};
    std::uint64_t wrong_ids_{0};
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

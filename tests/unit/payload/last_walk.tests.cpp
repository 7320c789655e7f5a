// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A native stack that changes at random: a walk that takes over what the last one found must find what one finds that
// knows nothing.
#include "payload/stack/last_walk.h"

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <vector>

#include "walked_module.h"

using namespace memray;
using namespace memray::tests;

namespace {

// Frames of all rules, outermost first, in memory as functions leave it behind.
class NativeStack {
public:
    explicit NativeStack(std::uint32_t seed) : random_(seed) {
        frames_.push_back({kImage + kOutermost + 1, at(kWords - 8), 0, 0});
    }

    void call() {
        if (frames_.back().rsp < at(16)) { return; }
        const Frame& caller = frames_.back();
        switch (random_() % 8) {
            case 0:
                return push_with_base(caller);
            case 1:
                return push_interrupted(caller);
            case 2:
                return push(caller, kImage + kPlt + 11, 16, 8);
            case 3:
                return push(caller, kImage + (random_() % 16 == 0 ? kBaseLost : kPlt) + 1, 8, 0);
            default:
                return push(caller, kImage + kByRsp + 1 + random_() % 4, 16, 8);
        }
    }
    void leave() {
        if (frames_.size() > 1) { frames_.pop_back(); }
    }
    void move_on() {
        if (is_by_rsp(frames_.back().place)) { frames_.back().place = kImage + kByRsp + 1 + random_() % 4; }
    }
    // As if functions had returned and others of their size been called in their place.
    void replace_one_outside() {
        Frame& frame = frames_[random_() % frames_.size()];
        if (!is_by_rsp(frame.place)) { return; }
        frame.place = kImage + kByRsp + 1 + random_() % 4;
        if (frame.slot != 0) { set(frame.slot, frame.place); }
    }
    // Over locals, saved registers, or what the stack is made of; the next time that is put right.
    void scribble() {
        stack_[scribbled_] = overwritten_;
        scribbled_ = random_() % kWords;
        overwritten_ = stack_[scribbled_];
        stack_[scribbled_] = random_() % 2 == 0 ? random_() : at(random_() % kWords);
    }

    [[nodiscard]] payload::WalkStart start() const {
        return {frames_.back().place, frames_.back().rsp, frames_.back().base};
    }
    [[nodiscard]] std::size_t depth() const { return frames_.size(); }
    std::mt19937& random() { return random_; }

private:
    static constexpr std::size_t kWords = 1024;
    struct Frame {
        std::uint64_t place;
        std::uint64_t rsp;
        std::uint64_t base;
        std::uint64_t slot;  // where its callee keeps `place`
    };

    static bool is_by_rsp(std::uint64_t place) { return place - kImage > kByRsp && place - kImage <= kByRsp + 4; }
    [[nodiscard]] std::uint64_t at(std::size_t word) const { return reinterpret_cast<std::uint64_t>(&stack_[word]); }
    void set(std::uint64_t address, std::uint64_t value) { stack_[(address - at(0)) / 8] = value; }

    void add(const Frame& frame, std::uint64_t slot) {
        set(slot, frames_.back().place);
        frames_.back().slot = slot;
        frames_.push_back(frame);
    }
    void push(const Frame& caller, std::uint64_t place, std::uint64_t size, std::uint64_t slot) {
        add({place, caller.rsp - size, caller.base, 0}, caller.rsp - size + slot);
    }
    void push_with_base(const Frame& caller) {
        const std::uint64_t base = caller.rsp - 16;
        set(base, caller.base);
        add({kImage + kByRbp + 1, base - 8 * (random_() % 3), base, 0}, caller.rsp - 8);
    }
    void push_interrupted(const Frame& caller) {
        const std::uint64_t rsp = caller.rsp - 40;
        set(rsp + 8, caller.base);
        set(rsp + 16, caller.rsp);
        add({kImage + kSignal + 1, rsp, random_(), 0}, rsp + 24);
    }

    alignas(wire::kPageSize) std::array<std::uint64_t, kWords> stack_{};
    std::mt19937 random_;
    std::vector<Frame> frames_;
    std::size_t scribbled_{0};
    std::uint64_t overwritten_{0};
};

void take_a_step(NativeStack& stack) {
    const auto choice = stack.random()() % 32;
    if (stack.depth() < 4 || (choice < 13 && stack.depth() < 40)) {
        stack.call();
    } else if (choice < 26) {
        stack.leave();
    } else if (choice < 29) {
        stack.move_on();
    } else if (choice < 31) {
        stack.replace_one_outside();
    } else {
        stack.scribble();
    }
}

std::uint32_t common(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right) {
    std::uint32_t same = 0;
    while (same < left.size() && same < right.size() &&
           left[left.size() - 1 - same] == right[right.size() - 1 - same]) {
        ++same;
    }
    return same;
}

}  // namespace

TEST_CASE("a walk that takes over what the last one found ends as one that knows nothing") {
    const auto stack = std::make_unique<NativeStack>(GENERATE(1U, 2U, 3U, 4U, 5U, 6U));
    Directory directory;
    Walker walker(64);
    std::vector<std::uint64_t> last;
    std::size_t wrong = 0;
    std::size_t same = 0;
    std::size_t whole = 0;
    for (int step = 0; step < 20'000; ++step) {
        take_a_step(*stack);
        if (stack->random()() % 2 == 0) { continue; }
        walker.room().same = walker.room().depth = walker.room().walked;  // all of it was sent
        const auto words = walker.walk(directory.modules(), stack->start());
        Walker other(64);
        wrong += words != other.walk(directory.modules(), stack->start());
        wrong += walker.result.whole != other.result.whole;
        same += walker.room().same == common(words, last);
        whole += walker.result.whole;
        last = words;
    }
    CHECK(wrong == 0);
    CHECK(same > 9'000);
    CHECK(whole > 2'000);
}

TEST_CASE("what a walk has found is forgotten with the directory that it was found by") {
    const auto stack = std::make_unique<NativeStack>(1U);
    Directory directory;
    directory.directory().version = 1;
    Walker walker(64);
    for (int i = 0; i < 10; ++i) { stack->call(); }
    const auto before = walker.walk(directory.modules(), stack->start());
    const std::uint32_t table_size = directory.entry(1).table_size;
    directory.entry(1).end = 0;
    directory.add(kImage, table_size);
    CHECK(walker.walk(directory.modules(), stack->start()) == before);
    directory.directory().version = 2;
    const auto after = walker.walk(directory.modules(), stack->start());
    REQUIRE(after.size() == before.size());
    CHECK(wire::module_of(after.back()) == 2);
}

TEST_CASE("words outside of the memory that is known to be readable are not read again") {
    const auto stack = std::make_unique<NativeStack>(2U);
    Directory directory;
    Walker walker(64);
    for (int i = 0; i < 10; ++i) { stack->call(); }
    const auto before = walker.walk(directory.modules(), stack->start());
    REQUIRE(walker.room().known == before.size());
    payload::NativeBuffers buffers{};
    buffers.readable_from = stack->start().stack_pointer;
    buffers.readable_to = buffers.readable_from + 8;
    const payload::StackWindow window(buffers, stack->start().stack_pointer);
    payload::LastWalk last(walker.room());
    const auto start = stack->start();
    CHECK_FALSE(last.knows(start.instruction, start.stack_pointer, start.base_pointer, true, window));
    CHECK(walker.walk(directory.modules(), start) == before);
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A thread that calls, returns and moves on at random, with frames at addresses that are used again and again: what the
// reader is told must always be the stack there is.
#include "payload/stack/sent_stack.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <vector>

#include "payload/stack/frame_chain.h"

using namespace memray;
using payload::CachedFrame;

namespace {

constexpr std::size_t kFrameBytes = 96;

wire::PythonLayout layout_of(wire::FrameModel model) {
    wire::PythonLayout layout;
    layout.model = model;
    layout.shim_owner = 3;
    layout.frame_code = 0;
    layout.frame_previous = 8;
    layout.frame_instruction = 56;
    layout.frame_owner = 70;
    layout.code_instructions = 192;
    layout.code_first_traceable = 176;
    return layout;
}

// Python frames on a data stack, as CPython 3.11 and later lay them out: one after the other, so that a call lands
// where the last one was. Now and then a frame lives elsewhere (a generator), and shims lie between.
class Thread {
public:
    explicit Thread(const wire::PythonLayout& layout) : layout_(layout) {
        for (auto& code : codes_) { std::memset(code.data(), 0, code.size()); }
    }

    void call(std::mt19937& random) {
        if (random() % 7 == 0) { push(3, random); }
        push(random() % 9 == 0 ? 1 : 0, random);
    }
    void leave() {
        do { frames_.pop_back(); } while (!frames_.empty() && frames_.back().owner == 3);
    }
    void move_on(std::mt19937& random) { set_instruction(frames_.back(), random); }

    [[nodiscard]] std::uint64_t newest() const { return frames_.empty() ? 0 : frames_.back().address; }
    [[nodiscard]] std::size_t depth() const { return frames_.size(); }
    [[nodiscard]] std::vector<std::pair<std::uint64_t, std::int32_t>> truth() const {
        std::vector<std::pair<std::uint64_t, std::int32_t>> stack;
        for (const Frame& frame : frames_) {
            if (frame.owner != 3) { stack.emplace_back(frame.code, frame.instruction); }
        }
        return stack;
    }

private:
    struct Frame {
        std::uint64_t address;
        std::uint64_t code;
        std::int32_t instruction;
        std::uint8_t owner;
    };

    template <typename Field>
    static void set(std::uint64_t object, std::uint32_t offset, Field value) {
        std::memcpy(reinterpret_cast<void*>(object + offset), &value, sizeof value);
    }

    void push(std::uint8_t owner, std::mt19937& random) {
        auto& place = owner == 1 ? heap_[random() % heap_.size()] : stack_[frames_.size()];
        Frame frame{reinterpret_cast<std::uint64_t>(place.data()), 0, 0, owner};
        for (const Frame& other : frames_) {
            if (other.address == frame.address) { return push(0, random); }  // that generator is running
        }
        frame.code = reinterpret_cast<std::uint64_t>(codes_[random() % codes_.size()].data());
        set(frame.address, layout_.frame_previous, newest());
        set(frame.address, layout_.frame_code, frame.code);
        set(frame.address, layout_.frame_owner, owner);
        frames_.push_back(frame);
        set_instruction(frames_.back(), random);
    }
    void set_instruction(Frame& frame, std::mt19937& random) {
        frame.instruction = static_cast<std::int32_t>(random() % 3) * 2;
        set(frame.address, layout_.frame_instruction,
            frame.code + layout_.code_instructions + static_cast<std::uint64_t>(frame.instruction));
    }

    wire::PythonLayout layout_;
    std::vector<Frame> frames_;
    std::array<std::array<unsigned char, kFrameBytes>, 256> stack_{};
    std::array<std::array<unsigned char, kFrameBytes>, 8> heap_{};
    std::array<std::array<unsigned char, 256>, 3> codes_{};
};

// What the collector makes of the changes it is told.
class Reader {
public:
    explicit Reader(std::uint32_t capacity) : frames_(2 * std::size_t{capacity}), capacity_(capacity) {}

    void update(const wire::PythonLayout& layout, std::uint64_t newest, payload::IsCurrentId check = nullptr) {
        const auto depth = static_cast<std::uint32_t>(told_.size());
        const payload::StackRoom<CachedFrame> room{frames_.data(), capacity_, depth};
        const auto change = payload::update_stack(layout, newest, room, depth, check);
        REQUIRE(change.kept <= depth);
        REQUIRE(change.kept <= change.depth);
        kept_ += change.kept;
        told_.resize(change.kept);
        for (std::uint32_t i = change.kept; i < change.depth; ++i) {
            told_.emplace_back(frames_[i].code, frames_[i].instruction);
            stale_ids_ += frames_[i].id != 0 && ids_of(frames_[i].code) != frames_[i].id;
            frames_[i].id = ids_of(frames_[i].code);
        }
    }
    [[nodiscard]] const std::vector<std::pair<std::uint64_t, std::int32_t>>& told() const { return told_; }
    [[nodiscard]] std::uint64_t kept() const { return kept_; }
    [[nodiscard]] std::uint64_t stale_ids() const { return stale_ids_; }

private:
    static std::uint32_t ids_of(std::uint64_t code) { return static_cast<std::uint32_t>(code >> 4U) | 1U; }
    std::vector<CachedFrame> frames_;
    std::uint32_t capacity_;
    std::vector<std::pair<std::uint64_t, std::int32_t>> told_;
    std::uint64_t kept_{0};
    std::uint64_t stale_ids_{0};
};

}  // namespace

TEST_CASE("the reader is always told the stack there is") {
    const auto layout = layout_of(wire::FrameModel::kCurrentFrame);
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U));
    Thread thread(layout);
    Reader reader(256);
    std::size_t wrong = 0;
    std::uint64_t depths = 0;
    for (int step = 0; step < 100'000; ++step) {
        const auto choice = random() % 10;
        if (thread.depth() < 3 || (choice < 4 && thread.depth() < 200)) {
            thread.call(random);
        } else if (choice < 8) {
            thread.leave();
        } else {
            thread.move_on(random);
        }
        if (random() % 3 != 0) { continue; }
        reader.update(layout, thread.newest());
        wrong += reader.told() != thread.truth();
        depths += thread.truth().size();
    }
    CHECK(wrong == 0);
    CHECK(reader.stale_ids() == 0);
    CHECK(reader.kept() > depths / 3);  // and not by telling all of it each time
}

TEST_CASE("a stack deeper than the room is cut at its outer end, and right again when it fits") {
    const auto layout = layout_of(wire::FrameModel::kCurrentFrame);
    std::mt19937 random(7);
    Thread thread(layout);
    Reader reader(16);
    for (int i = 0; i < 150; ++i) {
        thread.call(random);
        reader.update(layout, thread.newest());
    }
    CHECK(reader.told().size() == 16);
    CHECK(reader.told().back() == thread.truth().back());
    while (thread.truth().size() > 10) {
        thread.leave();
        reader.update(layout, thread.newest());
    }
    CHECK(reader.told() == thread.truth());
}

TEST_CASE("frames whose code object may be another one are told again") {
    const auto layout = layout_of(wire::FrameModel::kCurrentFrame);
    std::mt19937 random(9);
    Thread thread(layout);
    Reader reader(64);
    for (int i = 0; i < 10; ++i) { thread.call(random); }
    reader.update(layout, thread.newest());
    const std::uint64_t before = reader.kept();
    reader.update(layout, thread.newest(), [](std::uint64_t, std::uint32_t) noexcept { return false; });
    CHECK(reader.kept() == before);
    CHECK(reader.told() == thread.truth());
}

TEST_CASE("a thread without frames has an empty stack") {
    const auto layout = layout_of(wire::FrameModel::kCurrentFrame);
    std::mt19937 random(5);
    Thread thread(layout);
    Reader reader(64);
    thread.call(random);
    reader.update(layout, thread.newest());
    REQUIRE_FALSE(reader.told().empty());
    reader.update(layout, 0);
    CHECK(reader.told().empty());
}

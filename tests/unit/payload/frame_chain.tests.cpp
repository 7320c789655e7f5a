// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Frame chains built by hand in the shapes of the three frame models.
#include "payload/stack/frame_chain.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using namespace memray;
using payload::CachedFrame;

namespace {

// One object of up to 64 words; fields are set by byte offset.
struct Object {
    alignas(16) std::array<std::uint64_t, 64> words{};
    [[nodiscard]] std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(words.data()); }
    template <typename Field>
    void set(std::uint32_t offset, Field value) {
        std::memcpy(reinterpret_cast<unsigned char*>(words.data()) + offset, &value, sizeof value);
    }
};

// The layouts of CPython 3.10, 3.12 and 3.13, as far as the walk needs them.
wire::PythonLayout layout_310() {
    wire::PythonLayout layout;
    layout.model = wire::FrameModel::kFrameObject;
    layout.instruction_shift = 1;
    layout.tstate_frame = 24;
    layout.frame_previous = 24;
    layout.frame_code = 32;
    layout.frame_instruction = 96;
    return layout;
}
wire::PythonLayout layout_312() {
    wire::PythonLayout layout;
    layout.model = wire::FrameModel::kCFrame;
    layout.shim_owner = 3;
    layout.tstate_frame = 56;
    layout.cframe_current = 0;
    layout.frame_code = 0;
    layout.frame_previous = 8;
    layout.frame_instruction = 56;
    layout.frame_owner = 70;
    layout.code_instructions = 192;
    layout.code_first_traceable = 176;
    return layout;
}
wire::PythonLayout layout_314() {
    wire::PythonLayout layout = layout_312();
    layout.model = wire::FrameModel::kCurrentFrame;
    layout.executable_mask = ~3ULL;
    layout.tstate_frame = 72;
    layout.frame_owner = 74;
    layout.code_instructions = 208;
    layout.code_first_traceable = 192;
    return layout;
}

Object code(const wire::PythonLayout& layout, std::int32_t first_traceable) {
    Object object;
    object.set(layout.code_first_traceable, first_traceable);
    return object;
}

void fill_frame(Object& frame, const wire::PythonLayout& layout, const Object& code_object, std::int32_t offset,
                std::uint64_t previous, std::uint8_t owner = 0, std::uint64_t tag = 0) {
    frame.set(layout.frame_code, code_object.address() | tag);
    frame.set(layout.frame_instruction,
              code_object.address() + layout.code_instructions + static_cast<std::uint64_t>(std::int64_t{offset}));
    frame.set(layout.frame_previous, previous);
    frame.set(layout.frame_owner, owner);
}

// The frames that count, innermost first.
std::vector<CachedFrame> walk(const wire::PythonLayout& layout, const Object& tstate) {
    std::vector<CachedFrame> frames;
    for (payload::ChainWalk chain(layout, payload::newest_frame(layout, tstate.address())); chain.at() != 0;) {
        const payload::RawFrame frame = chain.next();
        if (frame.counted) { frames.push_back(frame.told); }
    }
    return frames;
}

}  // namespace

TEST_CASE("3.10 frame objects give code and byte offset, innermost first") {
    const auto layout = layout_310();
    Object outer;
    Object inner;
    Object tstate;
    outer.set(layout.frame_code, std::uint64_t{0x1000});
    outer.set(layout.frame_instruction, std::int32_t{5});
    inner.set(layout.frame_code, std::uint64_t{0x2000});
    inner.set(layout.frame_instruction, std::int32_t{-1});
    inner.set(layout.frame_previous, outer.address());
    tstate.set(layout.tstate_frame, inner.address());
    const auto frames = walk(layout, tstate);
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].code == 0x2000);
    CHECK(frames[0].instruction == -1);
    CHECK(frames[1].code == 0x1000);
    CHECK(frames[1].instruction == 10);
}

TEST_CASE("3.12 frames are found through the C frame, shims left out") {
    const auto layout = layout_312();
    const Object outer_code = code(layout, 0);
    const Object inner_code = code(layout, 0);
    Object outer;
    Object shim;
    Object inner;
    Object cframe;
    Object tstate;
    fill_frame(outer, layout, outer_code, 40, 0);
    fill_frame(shim, layout, outer_code, 0, outer.address(), 3);
    fill_frame(inner, layout, inner_code, 12, shim.address());
    cframe.set(layout.cframe_current, inner.address());
    tstate.set(layout.tstate_frame, cframe.address());
    const auto frames = walk(layout, tstate);
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].code == inner_code.address());
    CHECK(frames[0].instruction == 12);
    CHECK(frames[1].code == outer_code.address());
    CHECK(frames[1].instruction == 40);
}

TEST_CASE("a frame before its first traceable instruction only counts at the top or in a generator") {
    const auto layout = layout_314();
    const Object function = code(layout, 4);
    Object bottom;
    Object unfinished;
    Object generator;
    Object top;
    Object tstate;
    fill_frame(bottom, layout, function, 60, 0, 0, 1);
    fill_frame(unfinished, layout, function, 6, bottom.address());
    fill_frame(generator, layout, function, 2, unfinished.address(), 1);
    fill_frame(top, layout, function, 0, generator.address());
    tstate.set(layout.tstate_frame, top.address());
    const auto frames = walk(layout, tstate);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].instruction == 0);
    CHECK(frames[1].instruction == 2);
    CHECK(frames[2].instruction == 60);
    CHECK(frames[2].code == function.address());  // tag bits are gone
}

TEST_CASE("only frames that have begun are recognised by their instruction, and shims") {
    const auto layout = layout_314();
    const Object function = code(layout, 4);
    Object begun;
    Object unfinished;
    Object generator;
    Object shim;
    fill_frame(begun, layout, function, 8, 0);
    fill_frame(unfinished, layout, function, 6, 0);
    fill_frame(generator, layout, function, 2, 0, 1);
    fill_frame(shim, layout, function, 10, 0, 3);
    const auto word_of = [&](const Object& frame, bool innermost) {
        return payload::read_raw_frame(layout, frame.address(), innermost).link.word;
    };
    const std::uint64_t never = payload::FrameLink::kNever;
    CHECK(word_of(begun, true) == function.address() + layout.code_instructions + 8);
    CHECK(word_of(unfinished, false) == never);
    CHECK(word_of(unfinished, true) == never);
    CHECK(word_of(generator, false) == never);
    CHECK(word_of(shim, false) == function.address() + layout.code_instructions + 10);
    CHECK_FALSE(payload::read_raw_frame(layout, shim.address(), true).counted);
    CHECK(payload::read_raw_frame(layout, unfinished.address(), true).provisional);
    CHECK_FALSE(payload::read_raw_frame(layout, generator.address(), true).provisional);
}

TEST_CASE("an interpreter whose frames are not known has none") {
    const Object tstate;
    CHECK(walk(wire::PythonLayout{}, tstate).empty());
}

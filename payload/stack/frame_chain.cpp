// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/frame_chain.h"

#include "payload/stack/frame_fields.h"

namespace memray::payload {
namespace {

using wire::FrameModel;
using wire::PythonLayout;

constexpr std::uint8_t kOwnedByGenerator = 1;  // FRAME_OWNED_BY_GENERATOR, the same in 3.11 to 3.15

// Whether a frame has reached its first traceable instruction.
bool has_begun(const PythonLayout& layout, const CachedFrame& frame) noexcept {
    constexpr std::int32_t kLongestPrologue = 512;  // bytes; spares a look at the code object for nearly all frames
    const std::int32_t instruction = wire::place_instruction(frame.instruction);
    if (instruction >= kLongestPrologue || layout.code_first_traceable == 0) { return true; }
    return instruction >= 2 * load<std::int32_t>(frame.code, layout.code_first_traceable);
}

void read_object(const PythonLayout& layout, RawFrame& raw) noexcept {
    raw.told = read_frame_object(layout, raw.link.frame);
    if (raw.told.code == 0) { return; }
    raw.counted = true;
    raw.link.word = raw.told.code;
    raw.detail = load<std::uint32_t>(raw.link.frame, layout.frame_instruction);
}

// A frame that has not begun is not on the stack as Python shows it, unless it is a generator's: either it is still
// being set up, or it is the shim below a class's __init__ (3.13 and later). Such frames are looked at each time.
void read_interpreter(const PythonLayout& layout, RawFrame& raw, bool innermost) noexcept {
    const std::uint64_t frame = raw.link.frame;
    const auto instruction = load<std::uint64_t>(frame, layout.frame_instruction);
    if (is_shim(layout, frame)) {
        raw.link.word = instruction;
        return;
    }
    raw.told = read_interpreter_frame(layout, frame);
    if (raw.told.code == 0) { return; }
    const bool begun = has_begun(layout, raw.told);
    const bool complete = begun || load<std::uint8_t>(frame, layout.frame_owner) == kOwnedByGenerator;
    raw.counted = complete || innermost;
    raw.provisional = raw.counted && !complete;
    // The instruction stands for the code object if it is in it, not in a thread's own copy (co_tlbc).
    const auto offset = static_cast<std::uint64_t>(std::int64_t{wire::place_instruction(raw.told.instruction)});
    if (begun && instruction == raw.told.code + layout.code_instructions + offset) { raw.link.word = instruction; }
    if (layout.frame_is_entry != 0) { raw.detail = load<std::uint8_t>(frame, layout.frame_is_entry); }
}

}  // namespace

std::uint64_t newest_frame(const PythonLayout& layout, std::uint64_t thread_state) noexcept {
    if (layout.model == FrameModel::kNone) { return 0; }
    const auto frame = load<std::uint64_t>(thread_state, layout.tstate_frame);
    if (layout.model != FrameModel::kCFrame || frame == 0) { return frame; }
    return load<std::uint64_t>(frame, layout.cframe_current);
}

RawFrame read_raw_frame(const PythonLayout& layout, std::uint64_t at, bool innermost) noexcept {
    RawFrame raw;
    raw.link.frame = at;
    raw.previous = load<std::uint64_t>(at, layout.frame_previous);
    if (layout.model == FrameModel::kFrameObject) {
        read_object(layout, raw);
    } else {
        read_interpreter(layout, raw, innermost);
    }
    return raw;
}

}  // namespace memray::payload

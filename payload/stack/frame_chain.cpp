// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/frame_chain.h"

#include "payload/stack/frame_fields.h"

namespace memray::payload {
namespace {

using wire::FrameModel;
using wire::PythonLayout;

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
    const bool begun = has_begun(layout, raw.told.code, wire::place_instruction(raw.told.instruction));
    const bool complete = begun || load<std::uint8_t>(frame, layout.frame_owner) == kOwnedByGenerator;
    raw.counted = complete || innermost;
    raw.provisional = raw.counted && !complete;
    // The instruction stands for the code object if it is in it, not in a thread's own copy (co_tlbc).
    const auto offset = static_cast<std::uint64_t>(std::int64_t{wire::place_instruction(raw.told.instruction)});
    if (begun && instruction == raw.told.code + layout.code_instructions + offset) { raw.link.word = instruction; }
    if (layout.frame_is_entry != 0) { raw.detail = load<std::uint8_t>(frame, layout.frame_is_entry); }
}

}  // namespace

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

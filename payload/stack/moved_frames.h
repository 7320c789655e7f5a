// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The quick way, which most events go: the newest frame is that of the last time, all frames call whom they called, and
// some have gone on in their code. A frame that has returned, and another call of the same function in its place, look
// the same, and are the same as far as a stack can tell.
#pragma once

#include <cstdint>

#include "payload/stack/chain_check.h"
#include "payload/stack/frame_fields.h"
#include "payload/stack/python_room.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

// The instruction's offset in bytes from the begin of the bytecode that it is in; -1 if it is not in there.
inline std::int32_t offset_of(std::uint64_t instruction, std::uint64_t begin) noexcept {
    const std::uint64_t offset = instruction - begin;
    return offset <= static_cast<std::uint64_t>(wire::kMostInstruction) ? static_cast<std::int32_t>(offset) : -1;
}

// Whether a frame that did not count, as it had not begun, still has not: that below a class's __init__ never does.
inline bool has_still_not_begun(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    const auto owner = load<std::uint8_t>(frame, layout.frame_owner);
    const std::uint64_t code = code_of_frame(layout, frame);
    if (owner >= layout.shim_owner || owner == kOwnedByGenerator || code == 0) { return false; }
    const auto instruction = load<std::uint64_t>(frame, layout.frame_instruction);
    const std::int32_t offset = offset_of(instruction, instructions_of(layout, frame, code));
    return offset >= 0 && !has_begun(layout, code, offset);
}

// These bring a frame up to date whose instruction may be another one, and whose caller is not. False, and nothing is
// changed, if more than that is another one, or may be.
inline bool move_frame_object(const wire::PythonLayout& layout, const FrameLink& at, std::uint32_t& detail,
                              CachedFrame& sent) noexcept {
    const CachedFrame now = read_frame_object(layout, at.frame);
    if (now.code != sent.code) { return false; }
    detail = load<std::uint32_t>(at.frame, layout.frame_instruction);
    sent.instruction = now.instruction;
    return true;
}
inline bool move_interpreter_frame(const wire::PythonLayout& layout, FrameLink& at, std::uint32_t detail,
                                   CachedFrame& sent) noexcept {
    if (layout.frame_is_entry != 0 && load<std::uint8_t>(at.frame, layout.frame_is_entry) != detail) { return false; }
    if (code_of_frame(layout, at.frame) != sent.code) { return false; }
    const auto word = load<std::uint64_t>(at.frame, layout.frame_instruction);
    const std::uint64_t begin = instructions_of(layout, at.frame, sent.code);
    const std::int32_t offset = offset_of(word, begin);
    if (offset < 0 || !has_begun(layout, sent.code, offset)) { return false; }
    at.word = begin == sent.code + layout.code_instructions ? word : FrameLink::kNever;
    sent.instruction = wire::frame_place(offset, wire::place_is_entry(sent.instruction));
    return true;
}

// The same of a link, which may also stand for a frame that does not count. `kept`: as for update_in_place().
inline bool move_link(const wire::PythonLayout& layout, PythonRoom& room, std::uint32_t link,
                      std::uint32_t& kept) noexcept {
    FrameLink& at = room.links()[link];
    if (load<std::uint64_t>(at.frame, layout.frame_previous) != (&at)[-1].frame) { return false; }
    const bool is_object = layout.model == wire::FrameModel::kFrameObject;
    const std::uint32_t* counts = room.counts();
    const std::uint32_t outside = counted_outside(counts, link);
    const bool counted = counts[link] != outside;
    if (!counted) {  // a shim's instruction stays as it is
        return at.word == FrameLink::kNever && !is_object && has_still_not_begun(layout, at.frame);
    }
    CachedFrame& sent = room.sent()[outside];
    std::uint32_t& detail = room.details()[link];
    const std::int32_t before = sent.instruction;
    const bool moved =
        is_object ? move_frame_object(layout, at, detail, sent) : move_interpreter_frame(layout, at, detail, sent);
    if (sent.instruction != before && outside < kept) { kept = outside; }
    return moved;
}

// Brings room.sent() up to date if the newest frame is that of the last time and its stack has the same frames. Only if
// no code object has died since. `kept`: how many of the outermost frames are as the reader knows them; lowered to
// those that still are. False if more has changed (then see update_stack()); what was brought up to date until then is
// right.
[[gnu::always_inline]] inline bool update_in_place(const wire::PythonLayout& layout, std::uint64_t newest,
                                                   PythonRoom& room, std::uint32_t& kept) noexcept {
    if (newest != room.innermost || newest == 0) { return false; }
    const ChainCheck check(layout);
    std::uint32_t count = room.linked;
    for (;;) {
        count = check.first_changed(room, count);
        if (count == 0) { return true; }
        --count;
        if (!move_link(layout, room, count, kept)) { return false; }
    }
}

}  // namespace memray::payload

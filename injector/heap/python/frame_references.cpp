// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/frame_references.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

// Include/frameobject.h of 3.8, Include/cpython/frameobject.h of 3.9 and 3.10. f_gen is borrowed.
constexpr std::array<std::uint64_t, 5> kOwnedByObject{24, 32, 40, 48, 56};  // f_back, code, builtins, globals, locals
constexpr std::uint64_t kValueStack = 64;
constexpr std::uint64_t kStackTop = 72;    // 3.8 and 3.9: null while it runs, and when it has ended
constexpr std::uint64_t kExecuting = 116;  // 3.8 and 3.9
constexpr std::uint64_t kStackDepth = 80;  // 3.10: below 0 while it runs

std::uint64_t trace_of(unsigned minor) { return minor < 10 ? 80 : 72; }  // f_trace

// Include/internal/pycore_frame.h: what a frame owns besides its slots. f_globals, f_builtins and previous are
// borrowed.
constexpr std::array<std::uint64_t, 4> kOwned311{0, 24, 32, 40};  // f_func, f_locals, f_code, frame_obj
constexpr std::array<std::uint64_t, 4> kOwned312{0, 16, 40, 48};  // f_code, f_funcobj, f_locals, frame_obj
constexpr std::uint64_t kSlotsTop = 64;  // stacktop, a number of slots; from 3.14 on stackpointer

// gi_frame_state lies in front of the frame, last of four bytes.
constexpr std::uint64_t kStateBeforeFrame = 5;
bool has_ended(std::int8_t state, unsigned minor) {
    return minor >= 15 ? state == 5 : state >= 1;  // FRAME_CLEARED; FRAME_COMPLETED and later
}

}  // namespace

void FrameReferences::words(RemoteAddr begin, RemoteAddr end, const Word& word) const {
    const std::byte* slots = begin < end ? memory_.view(begin, end - begin) : nullptr;
    if (slots == nullptr) { return; }
    for (std::uint64_t at = 0; at + kPointer <= end - begin; at += kPointer) {
        std::uint64_t value = 0;
        std::memcpy(&value, slots + at, sizeof value);
        word(layout_.reference(value));
    }
}

void FrameReferences::of_frame_object(RemoteAddr frame, std::uint64_t size, const Word& word) const {
    return layout_.at_least(11) ? of_new_frame_object(frame, size, word) : of_old_frame_object(frame, size, word);
}

// Include/internal/pycore_frame.h, struct _frame: f_back, f_frame, f_trace. The frame is its own when its function has
// ended.
void FrameReferences::of_new_frame_object(RemoteAddr object, std::uint64_t size, const Word& word) const {
    constexpr std::uint64_t kBack = 16;
    constexpr std::uint64_t kFrame = 24;
    constexpr std::uint64_t kTrace = 32;
    word(RemoteAddr(memory_.word(object + kBack)));
    word(RemoteAddr(memory_.word(object + kTrace)));
    const RemoteAddr frame(memory_.word(object + kFrame));
    if (object < frame && frame < object + size) { of_interpreter_frame(frame, object + size, word); }
}

void FrameReferences::of_old_frame_object(RemoteAddr frame, std::uint64_t size, const Word& word) const {
    const std::uint64_t locals = layout_.frame_locals;
    for (const std::uint64_t field : kOwnedByObject) { word(RemoteAddr(memory_.word(frame + field))); }
    word(RemoteAddr(memory_.word(frame + trace_of(layout_.minor))));
    const RemoteAddr end = frame + size;
    const RemoteAddr stack =
        std::clamp(RemoteAddr(memory_.word(frame + kValueStack)), frame + std::min(locals, size), end);
    RemoteAddr top = stack;
    if (layout_.minor < 10) {
        const RemoteAddr known(memory_.word(frame + kStackTop));
        const bool runs = memory_.get<std::uint8_t>(frame + kExecuting).value_or(0) != 0;
        if (!known.is_null()) { top = known; }
        if (runs) { top = end; }
    } else {
        const auto depth = memory_.get<std::int32_t>(frame + kStackDepth).value_or(0);
        top = depth < 0 ? end : stack + static_cast<std::uint64_t>(depth) * kPointer;
    }
    words(frame + locals, std::clamp(top, stack, end), word);
}

void FrameReferences::of_generator(RemoteAddr generator, std::uint64_t size, std::uint64_t weaklist, bool has_origin,
                                   const Word& word) const {
    constexpr std::uint64_t kOriginBeforeFrame = 16;  // gi_origin_or_finalizer
    const RemoteAddr frame = generator + layout_.generator_frame;
    const RemoteAddr weak = generator + weaklist;
    words(generator + kObjectHeader, weak, word);
    words(weak + kPointer, has_origin ? frame : frame - kOriginBeforeFrame, word);
    const auto state = memory_.get<std::int8_t>(frame - kStateBeforeFrame).value_or(0);
    if (has_ended(state, layout_.minor)) {
        if (layout_.at_least(12)) { word(RemoteAddr(memory_.word(frame))); }  // the code, until it is deallocated
    } else if (size > layout_.generator_frame) {
        of_interpreter_frame(frame, generator + size, word);
    }
}

void FrameReferences::of_interpreter_frame(RemoteAddr frame, RemoteAddr end, const Word& word) const {
    for (const std::uint64_t field : layout_.minor == 11 ? kOwned311 : kOwned312) {
        word(layout_.reference(memory_.word(frame + field)));
    }
    const RemoteAddr slots = frame + layout_.frame_locals;
    RemoteAddr top(memory_.word(frame + kSlotsTop));
    if (!layout_.at_least(14)) {
        const auto count = memory_.get<std::int32_t>(frame + kSlotsTop).value_or(-1);
        top = count < 0 ? end : slots + static_cast<std::uint64_t>(count) * kPointer;
    }
    if (top.is_null()) { top = end; }
    words(slots, std::min(top, end), word);
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Spares a deep stack the look at its outer frames, where the interpreter tells when they have returned.
//
// 3.15 has two words in each thread state for profilers (CPython issues 142137 and 151614). When a frame returns, is
// suspended or is cleared whose address the one word holds (last_profiled_frame), the interpreter puts the caller's
// there and counts that in the other (last_profiled_frame_seq). So the thread notes a frame some way from the innermost
// one, the anchor: while both words are as it has left them, that frame has not returned, and neither it nor a frame
// outwards of it has another caller, nor has a frame outwards of it gone on in its code. As soon as they are not, the
// whole chain is looked at, and there is a new anchor: after a dozen returns at the soonest.
//
// The sampling profiler of the standard library writes to the first word from another process, and knows its own by
// the number. So whoever notes an anchor here counts on, and that profiler takes nothing of ours for its own; and where
// the word is another one and the number is not, that profiler is at work, and the words are left to it. One case
// leaves no trace: it begins, which sets the word to 0, and takes its first sample, between two events of this thread,
// and its innermost frame lies where the anchor lay. Hence an anchor is not believed forever.
//
// Only the thread whose state it is calls these, in which the interpreter cannot write at the same time.
#pragma once

#include <cstdint>

#include "payload/stack/frame_fields.h"
#include "payload/stack/memory.h"
#include "payload/stack/python_room.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

// Sets room.unchanged. `thread_state`: the one whose chain is to be looked at.
inline void trust_anchor(const wire::PythonLayout& layout, std::uint64_t thread_state, PythonRoom& room) noexcept {
    StackAnchor& anchor = room.anchor;
    room.unchanged = 0;
    if (anchor.frame == 0) { return; }
    const auto frame = load<std::uint64_t>(thread_state, layout.tstate_profiled_frame);
    const auto number = load<std::uint64_t>(thread_state, layout.tstate_profiled_number);
    const bool same_number = anchor.thread_state == thread_state && anchor.number == number;
    if (same_number && frame == anchor.frame && anchor.looks != 0 && room.has_link(anchor.link, frame)) {
        --anchor.looks;
        room.unchanged = anchor.link;
        return;
    }
    anchor.is_others = same_number && frame != anchor.frame;
    anchor.frame = 0;
}

// After the chain has been looked at: notes a new anchor if there is none, or if it lies far out.
inline void renew_anchor(const wire::PythonLayout& layout, std::uint64_t thread_state, PythonRoom& room) noexcept {
    constexpr std::uint32_t kShallow = 64;  // links; such a stack is looked at in no time
    constexpr std::uint32_t kInside = 16;   // links that stay inside of an anchor
    constexpr std::uint32_t kFar = 64;
    constexpr std::uint32_t kLooks = 128;
    StackAnchor& anchor = room.anchor;
    if (room.linked < kShallow || layout.tstate_profiled_frame == 0 || anchor.is_others) { return; }
    if (anchor.frame != 0 && room.linked - anchor.link < kFar) { return; }
    // A shim ends without a word, and a generator has other callers.
    std::uint32_t link = room.linked - kInside;
    while (link > 0 && load<std::uint8_t>(room.links()[link].frame, layout.frame_owner) != kOwnedByThread) { --link; }
    const auto number = load<std::uint64_t>(thread_state, layout.tstate_profiled_number) + 1;
    anchor = {thread_state, room.links()[link].frame, number, link, kLooks, false};
    store(thread_state, layout.tstate_profiled_frame, anchor.frame);
    store(thread_state, layout.tstate_profiled_number, number);
}

}  // namespace memray::payload

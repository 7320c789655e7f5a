// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/python_stack.h"

#include "payload/python_life.h"
#include "payload/session.h"
#include "payload/stack/code_record.h"
#include "payload/stack/frame_chain.h"
#include "payload/stack/memory.h"
#include "payload/stack/moved_frames.h"
#include "payload/stack/send_change.h"
#include "payload/stack/sent_stack.h"
#include "payload/stack/stack_anchor.h"
#include "payload/stack/thread_name.h"
#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

// The thread state that the calling thread last used; valid without the GIL. Never the global current one, which may be
// another thread's.
std::uint64_t own_thread_state(const wire::PythonAddresses& addresses) noexcept {
    const std::uint64_t function = addresses.get_this_thread_state;
    if (function == 0) { return 0; }
    return reinterpret_cast<std::uint64_t>(reinterpret_cast<void* (*)()>(function)());
}

// Of which there are frames to be read, or 0.
std::uint64_t readable_thread_state(const Session& session) noexcept {
    if (session.control->phase.load(std::memory_order_relaxed) == wire::Phase::kFinished) { return 0; }
    return own_thread_state(session.info->addresses);
}

// Ids first: sending a code object writes records of its own, which must not fall between a header and its pushes.
void name_frames(wire::Slot& slot, CachedFrame* frames, const StackChange& change) noexcept {
    for (std::uint32_t i = change.kept; i < change.depth; ++i) {
        if (frames[i].id == 0) { frames[i].id = code_id(slot, frames[i].code, i); }
    }
}

// With more room, as long as there is some to be had. What was sent has been overwritten: all frames count as new.
[[gnu::cold, gnu::noinline]] StackChange update_deeper_stack(const wire::PythonLayout& layout, std::uint64_t newest,
                                                             StackChange change) noexcept {
    const Session& session = own_session();
    PythonRoom& room = own_stacks().python;
    while (change.truncated && grow(room, *session.control, session.frame_capacity)) {
        change = update_stack(layout, newest, room, 0, 0, nullptr);
    }
    if (change.truncated) { session.control->losses.bad_frames.fetch_add(1, std::memory_order_relaxed); }
    return change;
}

// What `change` brought into the thread's own record of its stack.
[[gnu::noinline]] bool send_python_stack(wire::Slot& slot, const StackChange& change) noexcept {
    ThreadStacks& stacks = own_stacks();
    CachedFrame* frames = stacks.python.sent();
    name_frames(slot, frames, change);
    const auto word_at = [frames](std::uint32_t i) noexcept {
        return wire::frame_word(frames[i].id, frames[i].instruction);
    };
    const StackLengths lengths{stacks.python.depth, change.kept, change.depth};
    if (!send_change(slot, wire::RecordKind::kFrames, lengths, word_at)) { return false; }
    stacks.python.depth = change.depth;
    return true;
}

// One or more frames have gone on in their code: mostly the innermost one.
bool send_moved_frames(wire::Slot& slot, const PythonRoom& room, std::uint32_t kept) noexcept {
    if (kept + 1 != room.depth) { return send_python_stack(slot, {kept, room.depth, false}); }
    wire::RingWriter writer = writer_of(slot);
    if (!writer.reserve(2, wait_for_room)) { return false; }
    const CachedFrame& frame = room.sent()[kept];
    writer.put_record(wire::header_word(wire::RecordKind::kFrames, wire::Allocator::kNone, wire::frames_value(1, 1)),
                      wire::frame_word(frame.id, frame.instruction));
    return true;
}

// `kept`: as update_in_place() has left it.
[[gnu::noinline]] bool update_and_send(wire::Slot& slot, std::uint64_t newest, std::uint32_t deaths,
                                       std::uint32_t kept) noexcept {
    const wire::PythonLayout& layout = own_session().info->layout;
    ThreadStacks& stacks = own_stacks();
    const IsCurrentId check = deaths != stacks.deaths_seen ? &is_current_id : nullptr;
    StackChange change = update_stack(layout, newest, stacks.python, stacks.python.depth, kept, check);
    if (change.truncated) [[unlikely]] { change = update_deeper_stack(layout, newest, change); }
    stacks.deaths_seen = deaths;
    if (newest != 0) { renew_python_hooks_if_due(); }
    if (change.kept == stacks.python.depth && change.kept == change.depth) { return true; }
    return send_python_stack(slot, change);
}

[[gnu::always_inline]] inline bool sync_frames(const Session& session, wire::Slot& slot,
                                               ThreadStacks& stacks) noexcept {
    const wire::PythonLayout& layout = session.info->layout;
    PythonRoom& room = stacks.python;
    const std::uint32_t deaths = session.control->code_deaths.load(std::memory_order_acquire);
    const std::uint64_t thread_state = readable_thread_state(session);
    if (thread_state == 0) { return update_and_send(slot, 0, deaths, room.depth); }
    const std::uint64_t newest = newest_frame(layout, thread_state);
    std::uint32_t kept = room.depth;
    trust_anchor(layout, thread_state, room);
    const bool in_place = deaths == stacks.deaths_seen && update_in_place(layout, newest, room, kept);
    if (in_place) [[likely]] { renew_python_hooks_if_due(); }
    const bool done = in_place ? kept == room.depth || send_moved_frames(slot, room, kept)
                               : update_and_send(slot, newest, deaths, kept);
    renew_anchor(layout, thread_state, room);
    return done;
}

}  // namespace

bool sync_python_stack(const Session& session, wire::Slot& slot) noexcept {
    ThreadStacks& stacks = own_stacks();
    if (!sync_frames(session, slot, stacks)) { return false; }
    return --stacks.name.countdown != 0 || look_at_name(session, slot, stacks.python, stacks.name);
}

bool is_finalizing(const wire::TargetInfo& info) noexcept {
    const std::uint64_t word = info.addresses.finalizing;
    return word != 0 && load<std::uint64_t>(word, 0) != 0;
}

}  // namespace memray::payload

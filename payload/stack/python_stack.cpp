// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/python_stack.h"

#include "payload/session.h"
#include "payload/stack/code_record.h"
#include "payload/stack/frame_chain.h"
#include "payload/stack/memory.h"
#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

using wire::CachedFrame;

// The thread state that the calling thread last used; valid without the GIL. Never the global current one, which may be
// another thread's.
std::uint64_t own_thread_state() noexcept {
    const std::uint64_t function = own_session().info->addresses.get_this_thread_state;
    if (function == 0) { return 0; }
    return reinterpret_cast<std::uint64_t>(reinterpret_cast<void* (*)()>(function)());
}

// Two stacks, innermost frame first, compared from their outermost frames.
struct Stacks {
    const CachedFrame* sent;
    std::uint32_t sent_depth;
    CachedFrame* now;
    std::uint32_t now_depth;

    // `index` counts from the outermost frame.
    [[nodiscard]] const CachedFrame& sent_at(std::uint32_t index) const noexcept {
        return sent[sent_depth - 1 - index];
    }
    [[nodiscard]] CachedFrame& now_at(std::uint32_t index) const noexcept { return now[now_depth - 1 - index]; }
};

// How many outermost frames are the same. When code objects have died since, an equal address proves nothing until
// the id says so.
std::uint32_t common_frames(const Stacks& stacks, bool check_ids) noexcept {
    const std::uint32_t limit = stacks.sent_depth < stacks.now_depth ? stacks.sent_depth : stacks.now_depth;
    std::uint32_t common = 0;
    for (; common < limit; ++common) {
        const CachedFrame& sent = stacks.sent_at(common);
        CachedFrame& now = stacks.now_at(common);
        if (sent.code != now.code || sent.instruction != now.instruction) { break; }
        if (check_ids && !is_current_id(sent.code, sent.id)) { break; }
        now.id = sent.id;
    }
    return common;
}

// The id of a frame that is pushed: often the same code as what was sent at this depth, at another instruction.
std::uint32_t id_of_push(wire::Slot& slot, const Stacks& stacks, std::uint32_t index, bool check_ids) noexcept {
    const std::uint64_t code = stacks.now_at(index).code;
    if (!check_ids && index < stacks.sent_depth) {
        const CachedFrame& sent = stacks.sent_at(index);
        if (sent.code == code && sent.id != 0) { return sent.id; }
    }
    return code_id(slot, code);
}

// Ids first: sending a code object writes records of its own, which must not fall between a header and its pushes.
void name_pushes(wire::Slot& slot, const Stacks& stacks, std::uint32_t common, bool check_ids) noexcept {
    for (std::uint32_t index = common; index < stacks.now_depth; ++index) {
        stacks.now_at(index).id = id_of_push(slot, stacks, index, check_ids);
    }
}

bool send_changes(wire::Slot& slot, const Stacks& stacks, std::uint32_t common) noexcept {
    wire::RingWriter writer = writer_of(slot);
    std::uint32_t pops = stacks.sent_depth - common;
    std::uint32_t index = common;
    do {
        const std::uint32_t rest = stacks.now_depth - index;
        const std::uint32_t pushes = rest < wire::kMaxPushes ? rest : static_cast<std::uint32_t>(wire::kMaxPushes);
        if (!writer.reserve(1 + pushes, wait_for_room)) { return false; }
        writer.put(
            wire::header_word(wire::RecordKind::kFrames, wire::Allocator::kNone, wire::frames_value(pops, pushes)));
        for (std::uint32_t i = 0; i < pushes; ++i, ++index) {
            const CachedFrame& frame = stacks.now_at(index);
            writer.put(wire::frame_word(frame.id, frame.instruction));
        }
        pops = 0;
    } while (index < stacks.now_depth);
    // Not committed: published together with the allocation that follows.
    return true;
}

}  // namespace

bool sync_python_stack(wire::Slot& slot) noexcept {
    const std::uint32_t deaths = own_session().control->code_deaths.load(std::memory_order_acquire);
    CachedFrame* buffers = wire::cached_frames(slot);
    CachedFrame* sent = buffers + std::size_t{slot.current_buffer & 1U} * own_session().frame_capacity;
    CachedFrame* now = buffers + std::size_t{(slot.current_buffer & 1U) ^ 1U} * own_session().frame_capacity;
    Stacks stacks{sent, slot.depth, now, 0};
    bool truncated = false;
    if (const std::uint64_t thread_state = own_thread_state()) {
        stacks.now_depth =
            read_frame_chain(own_session().info->layout, thread_state, now, own_session().frame_capacity, truncated);
    }
    if (truncated) { own_session().control->losses.bad_frames.fetch_add(1, std::memory_order_relaxed); }
    const bool check_ids = deaths != slot.deaths_seen;
    const std::uint32_t common = common_frames(stacks, check_ids);
    slot.deaths_seen = deaths;
    if (common == stacks.sent_depth && common == stacks.now_depth) { return true; }
    name_pushes(slot, stacks, common, check_ids);
    if (!send_changes(slot, stacks, common)) { return false; }
    slot.depth = stacks.now_depth;
    slot.current_buffer ^= 1U;
    return true;
}

bool interpreter_is_finalizing() noexcept {
    const std::uint64_t word = own_session().info->addresses.finalizing;
    return word != 0 && load<std::uint64_t>(word, 0) != 0;
}

}  // namespace memray::payload

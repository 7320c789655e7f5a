// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/thread.h"

#include "payload/interrupted.h"
#include "payload/thread_id.h"
#include "payload/waiting.h"

namespace memray::payload {

__thread ThreadState this_thread __attribute__((tls_model("initial-exec")));

namespace {

constexpr std::int64_t kWaitRoundNs = 50'000'000;
constexpr std::int64_t kSlotRoundNs = 2'000'000;
constexpr std::int64_t kSlotWaitNs = 50'000'000;
// When the pool stayed full for all rounds, its threads are alive: nobody waits again for so long.
constexpr std::int64_t kFullPoolSeconds = 2;
std::atomic<std::int64_t> pool_full_until{0};
// After waiting in vain, a thread asks again only every so many events.
constexpr std::uint32_t kRetryEvents = 4096;

void raise_high_water(std::uint32_t index) noexcept {
    auto& high_water = own_session().control->slots_high_water;
    std::uint32_t seen = high_water.load(std::memory_order_relaxed);
    while (seen <= index && !high_water.compare_exchange_weak(seen, index + 1, std::memory_order_acq_rel)) {}
}

bool begin_stacks_of(std::uint32_t index) noexcept {
    const Session& session = own_session();
    ThreadStacks& stacks = session.pieces->entry(index).stacks;
    if (!begin_stacks(stacks, *session.control, session.frame_capacity, session.native_capacity)) { return false; }
    stacks.deaths_seen = session.control->code_deaths.load(std::memory_order_relaxed);
    this_thread.stacks = &stacks;
    return true;
}

bool try_claim(wire::Slot& slot) noexcept {
    auto expected = wire::SlotState::kFree;
    if (slot.state.load(std::memory_order_relaxed) != expected) { return false; }
    // Acquire pairs with the controller's release store of kFree: its last reads of the ring are over.
    return slot.state.compare_exchange_strong(expected, wire::SlotState::kClaiming, std::memory_order_acquire);
}

// Gives it back if there is no memory for what goes with it.
wire::Slot* take_over(wire::Slot& slot, std::uint32_t index) noexcept {
    if (!begin_stacks_of(index)) {
        slot.state.store(wire::SlotState::kFree, std::memory_order_release);
        return nullptr;
    }
    slot.thread = own_session().control->next_thread.fetch_add(1, std::memory_order_relaxed) + 1;
    slot.tid = own_tid();
    slot.written = slot.head.load(std::memory_order_relaxed);
    slot.cached_tail = slot.tail.load(std::memory_order_relaxed);
    slot.state.store(wire::SlotState::kClaimed, std::memory_order_release);
    raise_high_water(index);
    return &slot;
}

wire::Slot* try_claim_any() noexcept {
    // A handler that forked here would have its child claim what belongs to its parent.
    const HandlersHeld held;
    MappedPieces& pieces = *own_session().pieces;
    for (std::uint32_t index = 0; index < pieces.slot_count; ++index) {
        wire::Slot* slot = slot_at(pieces, index);
        if (slot == nullptr) { return nullptr; }
        if (try_claim(*slot)) { return take_over(*slot, index); }
    }
    return nullptr;
}

// All slots are taken: the controller frees those of dead threads as soon as somebody waits. The caller may hold the
// GIL or any lock, so the wait is short.
wire::Slot* wait_for_slot() noexcept {
    if (recorder_seconds(own_session()) < pool_full_until.load(std::memory_order_relaxed)) { return nullptr; }
    wire::ControlPage& control = *own_session().control;
    wire::Slot* slot = nullptr;
    control.slot_waiters.fetch_add(1, std::memory_order_acq_rel);
    for (std::int64_t waited = 0; slot == nullptr && waited < kSlotWaitNs && !controller_died(own_session());) {
        const std::uint32_t used = control.slots_high_water.load(std::memory_order_relaxed);
        waited += wait_while(control.slots_high_water, used, kSlotRoundNs);
        if (!is_armed()) { return nullptr; }
        slot = try_claim_any();
    }
    control.slot_waiters.fetch_sub(1, std::memory_order_acq_rel);
    if (slot == nullptr) {
        pool_full_until.store(recorder_seconds(own_session()) + kFullPoolSeconds, std::memory_order_relaxed);
    }
    return slot;
}

}  // namespace

Presence* RecordingScope::take_presence() noexcept {
    const PresenceTable* table = presence_table;
    this_thread.presence = claim_presence();
    this_thread.presence_table = table;
    return this_thread.presence;
}

bool RecordingScope::enter_newest_session() noexcept {
    if (this_thread.presence_table != presence_table) {
        Presence* of_parent = this_thread.presence;
        appear(take_presence());
        disappear(of_parent);
    }
    const Session* session = newest_session();
    this_thread.generation = 0;
    this_thread.session = session;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    // Not before: a child that a signal handler forks from here on has to know which session it is inside.
    if (armed_generation() != session->generation) { return false; }
    this_thread.slot = nullptr;
    this_thread.slotless_events = 0;
    this_thread.generation = session->generation;
    return true;
}

wire::Slot* claim_slot() noexcept {
    if (this_thread.slotless_events > 0 && ++this_thread.slotless_events < kRetryEvents) { return nullptr; }
    wire::Slot* slot = try_claim_any();
    if (slot == nullptr && this_thread.slotless_events == 0) { slot = wait_for_slot(); }
    this_thread.slot = slot;
    this_thread.slotless_events = slot == nullptr ? 1 : 0;
    return slot;
}

bool wait_for_room(wire::Slot& slot) noexcept {
    StallCounter stalls;
    const std::uint64_t tail = slot.cached_tail;
    while (slot.tail.load(std::memory_order_seq_cst) == tail) {
        const std::uint32_t released = slot.released.load(std::memory_order_acquire);
        if (slot.tail.load(std::memory_order_seq_cst) != tail) { break; }
        if (!wire::is_recorded(own_session().control->phase.load(std::memory_order_relaxed)) ||
            !controller_is_alive(own_session(), stalls)) {
            own_session().control->losses.abandoned.fetch_add(1, std::memory_order_relaxed);
            end_recording(own_session(), wire::Phase::kAbandoned);
            return false;
        }
        stalls.waited_ns += wait_while(slot.released, released, kWaitRoundNs);
        if (!is_armed()) { return false; }
    }
    return true;
}

}  // namespace memray::payload

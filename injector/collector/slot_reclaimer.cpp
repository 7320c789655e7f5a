// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/slot_reclaimer.h"

#include "injector/collector/futex.h"

namespace memray::collector {

void SlotReclaimer::step(Clock::time_point now) {
    const bool wanted = region_.control().slot_waiters.load(std::memory_order_relaxed) != 0;
    if (now < next_ && !wanted) { return; }
    next_ = now + kInterval;
    threads_.refresh();
    bool freed = false;
    for (std::uint32_t index = 0; index < merge_.rings(); ++index) { freed |= reclaim_if_dead(index); }
    if (freed && wanted) { futex_wake(region_.control().slots_high_water); }
}

bool SlotReclaimer::reclaim_if_dead(std::uint32_t index) {
    wire::Slot& slot = region_.slot(index);
    if (slot.state.load(std::memory_order_acquire) != wire::SlotState::kClaimed) { return false; }
    // In this order: a thread that is dead writes nothing after what drained() sees.
    if (threads_.alive(__atomic_load_n(&slot.tid, __ATOMIC_RELAXED)) || !merge_.drained(index)) { return false; }
    merge_.reset(index);
    // Pairs with the compare-and-swap of the next claimer, which goes on at our positions.
    slot.state.store(wire::SlotState::kFree, std::memory_order_release);
    return true;
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A slot: where one thread of the target puts its records.
//
//   slot ─┬─ Slot          header page
//         └─ uint64_t[]    the ring (ring_words entries), whole pages
//
// Claimed by the thread itself (state kFree -> kClaimed by compare-and-swap), given back by the controller once the
// thread is dead and its ring is drained. Positions count words since the slot was first used and never wrap (2^64).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::wire {

enum class SlotState : std::uint32_t { kFree = 0, kClaiming = 1, kClaimed = 2 };

struct alignas(kPageSize) Slot {
    // Set by the claiming thread, then published by state = kClaimed (release).
    std::atomic<SlotState> state{SlotState::kFree};
    std::uint32_t thread{0};  // claim order over the whole run
    std::uint32_t tid{0};     // kernel thread id, in the target's PID namespace
    std::uint32_t reserved{0};

    // Written by the target's thread: words made visible to the reader so far.
    alignas(64) std::atomic<std::uint64_t> head{0};
    std::atomic<std::uint32_t> waiting{0};  // 1 while the thread waits on the futex `released`

    // Written by the controller: words it is done with; the writer may reuse them.
    alignas(64) std::atomic<std::uint64_t> tail{0};
    std::atomic<std::uint32_t> released{0};  // futex: bumped after tail when the writer waits

    // Private to the target's thread.
    alignas(64) std::uint64_t cached_tail{0};
    std::uint64_t written{0};  // words written so far; those beyond head are not published yet
};
static_assert(sizeof(Slot) == kPageSize);

// Bytes, whole pages.
constexpr std::uint64_t slot_size(std::uint32_t ring_words) noexcept {
    const std::uint64_t bytes = sizeof(Slot) + sizeof(std::uint64_t) * std::uint64_t{ring_words};
    return (bytes + kPageSize - 1) / kPageSize * kPageSize;
}

inline std::uint64_t* ring_of(Slot& slot) noexcept { return reinterpret_cast<std::uint64_t*>(&slot + 1); }

}  // namespace memray::wire

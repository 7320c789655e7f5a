// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A slot: all that one thread of the target needs to write records.
//
//   slot ─┬─ Slot          header page
//         ├─ CachedFrame[] the stack as last sent, outermost first, then room to read one, of frame_capacity each
//         ├─ uint64_t[]    the ring (ring_words entries)
//         └─ NativeBuffers and words, only if native stacks are recorded: the native stack as last sent, outermost
//                          first, then room to walk one, of native_capacity each
//
// Claimed by the thread itself (state kFree -> kClaimed by compare-and-swap), given back by the controller once the
// thread is dead and its ring is drained. Positions count words since the slot was first used and never wrap (2^64).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"
#include "payload/wire/unwind_table.h"

namespace memray::wire {

enum class SlotState : std::uint32_t { kFree = 0, kClaiming = 1, kClaimed = 2 };

// One frame of a stack. Private to the target.
struct CachedFrame {
    std::uint64_t frame;       // its address; 0 if the frame may not be recognised by it
    std::uint64_t code;        // address of the code object
    std::uint32_t id;          // its code id, 0 while it has none
    std::int32_t instruction;  // frame_place()
};
static_assert(sizeof(CachedFrame) == 24);

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
    std::uint64_t written{0};      // words written so far; those beyond head are not published yet
    std::uint32_t depth{0};        // frames of the stack as last sent
    std::uint32_t deaths_seen{0};  // ControlPage::code_deaths when the cached stack was sent
    std::uint32_t native_depth{0};
};
static_assert(sizeof(Slot) == kPageSize);

// What a thread knows of one place in machine code.
struct NativeCell {
    std::uint64_t word;  // native_word(), 0: nothing
    UnwindRule rule;
    std::uint32_t reserved;
};
static_assert(sizeof(NativeCell) == 32);

// Private to the target's thread. The words of the stacks follow.
struct NativeBuffers {
    static constexpr std::uint32_t kCells = 4096;
    std::uint64_t readable_from;  // stack memory that can be read without a fault
    std::uint64_t readable_to;
    std::uint32_t unmaps_seen;  // as of when that was found out
    std::uint32_t version;      // ModuleDirectory::version of the cells
    std::uint64_t reserved;
    NativeCell cells[kCells];
};

constexpr std::uint64_t slot_stride(std::uint32_t frame_capacity, std::uint32_t ring_words,
                                    std::uint32_t native_capacity = 0) noexcept {
    const std::uint64_t native = 2 * sizeof(std::uint64_t) * std::uint64_t{native_capacity};
    const std::uint64_t bytes = sizeof(Slot) + 2 * sizeof(CachedFrame) * std::uint64_t{frame_capacity} +
                                sizeof(std::uint64_t) * std::uint64_t{ring_words} +
                                (native_capacity == 0 ? 0 : sizeof(NativeBuffers) + native);
    return (bytes + kPageSize - 1) / kPageSize * kPageSize;
}

inline Slot* slot_at(ControlPage& control, std::uint32_t index) noexcept {
    return reinterpret_cast<Slot*>(reinterpret_cast<unsigned char*>(&control) + control.slots_offset +
                                   control.slot_stride * index);
}
inline CachedFrame* cached_frames(Slot& slot) noexcept { return reinterpret_cast<CachedFrame*>(&slot + 1); }
inline std::uint64_t* ring_words(Slot& slot, std::uint32_t frame_capacity) noexcept {
    return reinterpret_cast<std::uint64_t*>(cached_frames(slot) + 2 * std::size_t{frame_capacity});
}
inline NativeBuffers* native_buffers(Slot& slot, std::uint32_t frame_capacity, std::uint32_t words) noexcept {
    return reinterpret_cast<NativeBuffers*>(ring_words(slot, frame_capacity) + words);
}

}  // namespace memray::wire

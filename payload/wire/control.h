// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory shared by the target and the controller.
//
//   region ─┬─ ControlPage   one page: identity, counters, phase, losses
//           ├─ TargetInfo    one page: where Python is and how its frames look; written before the start
//           ├─ Slot[]        one per live thread: header page, last stack seen, ring (see slot.h)
//           └─ ModuleDirectory   only if native stacks are recorded (see module_directory.h)
//
// The controller creates the region during the injection and fills it before the payload starts; afterwards this
// memory is the only channel between the two. Each side treats what the other one writes as hostile: copy, check,
// then use. All offsets are in bytes from the start of the region. Bump kProtocolVersion on every change of layout or
// meaning: the payload refuses a region of another version.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/python_layout.h"

namespace memray::wire {

inline constexpr std::uint64_t kRegionMagic = 0x31'59'41'52'4d'45'4dULL;  // "MEMRAY1"
inline constexpr std::uint32_t kProtocolVersion = 6;
inline constexpr std::size_t kPageSize = 4096;

// Where the recording stands. Only ever moves forward, except that a new start() sets kRecording again.
enum class Phase : std::uint32_t {
    kIdle = 0,       // mapped, not started
    kRecording = 1,  // hooks write records
    kFinished = 2,   // the interpreter began to tear down; a kFinish record says after which event
    kStopped = 3,    // the controller stopped the recording (detach, disk full)
    kAbandoned = 4,  // the payload found the controller dead or stuck and switched itself off
};

enum Flags : std::uint32_t {
    kTracePythonAllocators = 1U << 0U,
    kTraceNative = 1U << 1U,
};

// Events that were not recorded. Written by the payload (relaxed adds), read by the controller.
struct Losses {
    std::atomic<std::uint64_t> no_slot{0};     // events of threads that found no free slot in time
    std::atomic<std::uint64_t> reentrant{0};   // events inside a signal handler that interrupted a hook
    std::atomic<std::uint64_t> abandoned{0};   // events seen while the payload gave the controller up
    std::atomic<std::uint64_t> unpatched{0};   // GOT words that could not be written
    std::atomic<std::uint64_t> bad_frames{0};  // stacks cut short because a frame did not validate
    std::atomic<std::uint64_t> cut_native{0};  // native stacks that could not be followed to their root
};

struct alignas(kPageSize) ControlPage {
    // Set by the controller before the start, constant afterwards.
    std::uint64_t magic{kRegionMagic};
    std::uint32_t version{kProtocolVersion};
    std::uint32_t flags{0};            // Flags
    std::uint64_t region_size{0};      // bytes
    std::uint64_t slots_offset{0};     // of Slot 0
    std::uint64_t slot_stride{0};      // bytes from one slot to the next
    std::uint32_t slot_count{0};       // size of the pool
    std::uint32_t ring_words{0};       // 64-bit words per ring, a power of two
    std::uint32_t frame_capacity{0};   // frames of the last stack a slot can remember
    std::uint32_t native_capacity{0};  // the same for native frames; 0 if those are not recorded
    // Where the target has room for its forked children (child_pool.h); 0 if those are not recorded.
    std::uint64_t child_pool{0};
    std::uint64_t child_pool_size{0};   // bytes
    std::uint64_t directory_offset{0};  // of the ModuleDirectory, which takes the rest of the region; 0 without one

    // The order of events between threads (design: every allocation and free takes one number).
    alignas(64) std::atomic<std::uint64_t> next_sequence{0};

    // Written rarely, read by every event.
    alignas(64) std::atomic<Phase> phase{Phase::kIdle};

    // The first word of a robust, process-shared mutex that the controller holds for as long as it lives: the kernel
    // sets FUTEX_OWNER_DIED (0x40000000) in it when the controller dies (set_robust_list(2)).
    alignas(64) std::atomic<std::uint32_t> controller_lock{0};
    unsigned char controller_lock_rest[60]{};
    // The same for the process that records the children.
    alignas(64) std::atomic<std::uint32_t> children_lock{0};
    unsigned char children_lock_rest[60]{};
    // Bumped by the controller in every round of its loop: a controller that is alive but stuck stands still here.
    alignas(64) std::atomic<std::uint64_t> heartbeat{0};
    std::atomic<std::int64_t> seconds{0};  // CLOCK_MONOTONIC, set in the same rounds

    alignas(64) std::atomic<std::uint32_t> slots_high_water{
        0};                                      // slots below this index have been claimed at least once
    std::atomic<std::uint32_t> slot_waiters{0};  // threads that wait for a free slot
    std::atomic<std::uint32_t> next_thread{0};   // claim order: the thread numbers of reports
    std::atomic<std::uint32_t> next_code{1};     // code ids; 0 means none, kPrivateCode that there are no more
    std::atomic<std::uint32_t> code_deaths{0};   // bumped whenever a code object dies
    alignas(64) Losses losses{};
};
static_assert(sizeof(ControlPage) == kPageSize);

// Written by the controller before the start, constant afterwards.
struct alignas(kPageSize) TargetInfo {
    PythonLayout layout{};
    PythonAddresses addresses{};
};
static_assert(sizeof(TargetInfo) == kPageSize);

inline constexpr std::size_t kTargetInfoOffset = sizeof(ControlPage);
inline constexpr std::size_t kFirstSlotOffset = kTargetInfoOffset + sizeof(TargetInfo);

}  // namespace memray::wire

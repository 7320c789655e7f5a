// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory shared by the target and the controller.
//
//   region ─┬─ ControlPage   one page: identity, counters, phase, losses
//           ├─ TargetInfo    one page: where Python is and how its frames look; written before the start
//           ├─ Slot[]        one per live thread: header page and ring (see slot.h)
//           └─ ModuleDirectory   only if native stacks are recorded (see module_directory.h)
//
// The region is a part of a memory file, which is large and mostly empty. Of it only the first two pages are mapped in
// the target at the start; the rest is mapped piece by piece by who uses it, on both sides, so that programs with
// limited or locked memory keep theirs.
//
// The controller creates the region during the injection and fills it before the payload starts; afterwards this
// memory is the only channel between the two. Each side treats what the other one writes as hostile: copy, check,
// then use. All offsets are in bytes from the control page, in the file. Bump kProtocolVersion on every change of
// layout or meaning: the payload refuses a region of another version.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/python_layout.h"

namespace memray::wire {

inline constexpr std::uint64_t kRegionMagic = 0x31'59'41'52'4d'45'4dULL;  // "MEMRAY1"
inline constexpr std::uint32_t kProtocolVersion = 11;
inline constexpr std::size_t kPageSize = 4096;
inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

// Where the recording stands. Only ever moves forward, but kFinished goes back to kRecording when the program
// initializes Python again, and the next memray_payload_start() sets that, too.
enum class Phase : std::uint32_t {
    kIdle = 0,       // mapped, not started
    kRecording = 1,  // hooks write records
    kFinished = 2,   // the same, but Python was torn down; a kFinish record says after which event
    kStopped = 3,    // the controller stopped the recording (detach, disk full)
    kAbandoned = 4,  // the payload found the controller dead or stuck and switched itself off
};

constexpr bool is_recorded(Phase phase) noexcept { return phase == Phase::kRecording || phase == Phase::kFinished; }
// For good. A recording that has ended stays as it is.
inline void end_phase(std::atomic<Phase>& phase, Phase end) noexcept {
    Phase seen = phase.load(std::memory_order_relaxed);
    while (is_recorded(seen) && !phase.compare_exchange_weak(seen, end, std::memory_order_acq_rel)) {}
}

enum Flags : std::uint32_t {
    kTracePythonAllocators = 1U << 0U,
    kTraceNative = 1U << 1U,
    // Without kTracePythonAllocators: requests to CPython's allocator of more than 512 bytes, as it passes none on to
    // malloc.
    kTraceLargeRequests = 1U << 2U,
    kLocksMemory = 1U << 3U,  // the program has memory locked at the start, perhaps all that it maps (mlockall(2))
};

// Events that were not recorded. Written by the payload (relaxed adds), read by the controller.
struct Losses {
    std::atomic<std::uint64_t> no_slot{0};     // events of threads that found no free slot in time
    std::atomic<std::uint64_t> reentrant{0};   // events inside a signal handler that interrupted a hook
    std::atomic<std::uint64_t> abandoned{0};   // events seen while the payload gave the controller up
    std::atomic<std::uint64_t> unpatched{0};   // words that hooks could not be put into
    std::atomic<std::uint64_t> bad_frames{0};  // stacks cut short because a frame did not validate
    std::atomic<std::uint64_t> cut_native{0};  // native stacks that could not be followed to their root
};

struct alignas(kPageSize) ControlPage {
    // Set by the controller before the start, constant afterwards.
    std::uint64_t magic{kRegionMagic};
    std::uint32_t version{kProtocolVersion};
    std::uint32_t flags{0};            // Flags
    std::uint64_t slots_offset{0};     // of Slot 0, whole pages; the others follow, slot_size() each
    std::uint32_t slot_count{0};       // size of the pool
    std::uint32_t ring_words{0};       // 64-bit words per ring, a power of two
    std::uint32_t frame_capacity{0};   // innermost frames of a stack that are recorded at most
    std::uint32_t native_capacity{0};  // the same for native frames; 0 if those are not recorded
    // Where the target has room for its forked children (child_pool.h); 0 if those are not recorded.
    std::uint64_t child_pool{0};
    std::uint64_t child_pool_size{0};   // bytes
    std::uint64_t directory_offset{0};  // of the ModuleDirectory, whole pages; 0 without one
    std::uint64_t directory_size{0};    // bytes, tables included
    // Address space that the payload may take in this process, in bytes: a share of its limit. Kept up to date by the
    // controller.
    std::atomic<std::uint64_t> address_space{kNoLimit};

    // The order of events between threads (design: every allocation and free takes one number).
    alignas(64) std::atomic<std::uint64_t> next_sequence{0};

    // Written rarely, read by every event.
    alignas(64) std::atomic<Phase> phase{Phase::kIdle};
    std::atomic<std::uint32_t> code_deaths{0};  // bumped whenever a code object dies

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
    alignas(64) Losses losses{};
    // Words that led to another library's function than those of the rest of the program: hooks that it had put there,
    // or an allocator of its own. Ours lead on to it.
    std::atomic<std::uint64_t> chained{0};
};
static_assert(sizeof(ControlPage) == kPageSize);

// Written by the controller before the start, constant afterwards.
struct alignas(kPageSize) TargetInfo {
    PythonLayout layout{};
    PythonAddresses addresses{};
};
static_assert(sizeof(TargetInfo) == kPageSize);

inline constexpr std::size_t kTargetInfoOffset = sizeof(ControlPage);
// What is mapped in the target from the start on.
inline constexpr std::size_t kRegionHeadSize = kTargetInfoOffset + sizeof(TargetInfo);

}  // namespace memray::wire

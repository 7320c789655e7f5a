// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The recording that the payload takes part in: the shared region, and whether hooks record at all.
//
// `armed` lives in a page that forked children see as zero, so a child is silent from its first instruction on,
// whatever kind of fork made it. vfork and CLONE_VM children share all memory with their suspended parent and count
// as the parent.
//
// Recordings follow each other in one process. A thread may be inside a hook when one stops and when the next starts,
// so what a hook writes goes to one Session only, the newest when it began. The thread makes itself present
// (presence.h) and looks again whether that session is armed; once it is not, and nobody is present any more, nobody
// can come back to its region, which is unmapped. The memory of the Session itself stays, for the next one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/memory/mapped_pieces.h"
#include "payload/wire/control.h"

namespace memray::payload {

// Copies of what never changes while recording, so that hooks stay within one or two cache lines.
struct alignas(64) Session {
    wire::ControlPage* control;
    const wire::TargetInfo* info;
    const std::uint64_t* finalizing;  // 0 while Python is alive (is_finalizing()), or always
    std::uint32_t generation;         // counts memray_payload_start(), from 1
    std::uint32_t ring_words;
    std::uint32_t frame_capacity;
    std::uint32_t native_capacity;  // 0: native stacks are not recorded
    MappedPieces* pieces;
    const std::atomic<std::uint32_t>* controller_lock;
    std::size_t size;  // of the region's head; 0 once that is unmapped, or if it must stay
};

// In a page that forked children see as zero.
struct OwnPage {
    std::atomic<std::uint32_t> armed;  // generation of the session that records, 0: none
    std::atomic<std::uint32_t> known;  // Known: whether this process has been looked at
};
enum Known : std::uint32_t { kNewProcess = 0, kBeingLookedAt = 1, kKnownProcess = 2 };

struct Recordings {
    std::atomic<const Session*> newest{nullptr};  // nullptr before the first start
    OwnPage* own;                                 // of nothing but zeroes before that
    std::uint32_t started{0};
};

[[gnu::visibility("hidden")]] extern constinit Recordings recordings;
inline const Session* newest_session() noexcept { return recordings.newest.load(std::memory_order_acquire); }

// True while this process records. The one check of a hook that has nothing to do.
inline bool is_armed() noexcept { return recordings.own->armed.load(std::memory_order_relaxed) != 0; }
// Of the session that records, 0: none. Whoever finds it armed sees what was described before.
inline std::uint32_t armed_generation() noexcept { return recordings.own->armed.load(std::memory_order_acquire); }

// Takes over a region of which the first `size` bytes are mapped; nullptr-safe. Returns 0, or an error number for
// memray_payload_start.
int open_session(void* region, std::size_t size) noexcept;
// The same for a forked child and a region whose head stays mapped. The session of its parent is forgotten.
int open_child_session(void* region, const std::atomic<std::uint32_t>& controller_lock) noexcept;
void arm(const Session& session) noexcept;
// Hooks pass everything through from now on, unless a newer session has started.
void disarm(const Session& session) noexcept;
// The same, and the controller is told why.
void end_recording(const Session& session, wire::Phase phase) noexcept;
// Unmaps the region of the newest session, which is not armed, as soon as no thread uses it; does not wait for long.
void release_session() noexcept;
// Whether no region of a recording is mapped.
bool is_released() noexcept;

bool controller_died(const Session& session) noexcept;

// False when the controller is dead or has stood still for too long. `stalls` is the caller's memory over one wait, to
// which it adds what it has waited.
struct StallCounter {
    std::uint64_t heartbeat{0};
    std::int64_t waited_ns{0};  // since that changed
};
bool controller_is_alive(const Session& session, StallCounter& stalls) noexcept;
// Of a clock that never runs backwards, as of the controller's last round: what it says costs no system call.
inline std::int64_t recorder_seconds(const Session& session) noexcept {
    return session.control->seconds.load(std::memory_order_relaxed);
}

}  // namespace memray::payload

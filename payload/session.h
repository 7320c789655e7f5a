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
// so a hook takes the newest Session once, at its beginning, and writes to that one only. A Session never changes and
// is never unmapped: a late thread writes where nobody reads any more, and can switch off its own recording alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

// Copies of what never changes while recording, so that hooks stay within one or two cache lines.
struct Session {
    wire::ControlPage* control;
    const wire::TargetInfo* info;
    std::uint32_t generation;  // of start(), from 1
    std::uint32_t slot_count;
    std::uint32_t ring_words;
    std::uint32_t frame_capacity;
};

struct Recordings {
    std::atomic<const Session*> newest{nullptr};  // nullptr before the first start
    std::atomic<std::uint32_t>* armed{nullptr};   // generation of the session that records, 0: none
    std::uint32_t started{0};
};

extern constinit Recordings recordings;
inline const Session* newest_session() noexcept { return recordings.newest.load(std::memory_order_acquire); }

// True while this process records. The one check of a hook that has nothing to do.
inline bool is_armed() noexcept {
    return recordings.armed != nullptr && recordings.armed->load(std::memory_order_relaxed) != 0;
}

// Takes over a region; nullptr-safe. Returns 0, or an error number for memray_payload_start.
int open_session(void* region, std::size_t size) noexcept;
void arm(const Session& session) noexcept;
// Hooks pass everything through from now on, unless a newer session has started.
void disarm(const Session& session, wire::Phase phase) noexcept;

bool controller_died(const Session& session) noexcept;

// False when the controller is dead or has stood still for too long. `stalls` is the caller's memory over one wait.
struct StallCounter {
    std::uint64_t heartbeat{0};
    std::uint32_t rounds{0};
};
bool controller_is_alive(const Session& session, StallCounter& stalls) noexcept;
// Lets a sleeping controller look at the rings.
void wake_controller(const Session& session) noexcept;

}  // namespace memray::payload

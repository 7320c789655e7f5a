// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The recording that the payload takes part in: the shared region, and whether hooks record at all.
//
// `armed` lives in a page that forked children see as zero, so a child is silent from its first instruction on,
// whatever kind of fork made it. vfork and CLONE_VM children share all memory with their suspended parent and count
// as the parent.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

struct Session {
    wire::ControlPage* control{nullptr};
    const wire::TargetInfo* info{nullptr};
    std::atomic<std::uint32_t>* armed{nullptr};
    std::uint32_t generation{0};  // of start(): slots of an earlier recording are not reused
    // Copies of what never changes while recording, so that hooks stay within one or two cache lines.
    std::uint32_t slot_count{0};
    std::uint32_t ring_words{0};
    std::uint32_t frame_capacity{0};
};

extern Session session;

// True while this process records. The one check of a hook that has nothing to do.
inline bool is_armed() noexcept {
    return session.armed != nullptr && session.armed->load(std::memory_order_relaxed) != 0;
}

// Takes over a region; nullptr-safe. Returns 0, or an error number for memray_payload_start.
int open_session(void* region, std::size_t size) noexcept;
void arm() noexcept;
// Hooks pass everything through from now on.
void disarm(wire::Phase phase) noexcept;

// False when the controller is dead or has stood still for too long. `stalls` is the caller's memory over one wait.
struct StallCounter {
    std::uint64_t heartbeat{0};
    std::uint32_t rounds{0};
};
bool controller_is_alive(StallCounter& stalls) noexcept;
// Lets a sleeping controller look at the rings.
void wake_controller() noexcept;

}  // namespace memray::payload

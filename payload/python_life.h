// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Programs that embed Python may finalize it and initialize it again, any number of times. Memory in between is C's
// alone and recorded without Python stacks, as thread states are being freed or are not there yet; the collector counts
// it if Python begins again.
#pragma once

#include "payload/thread.h"
#include "payload/wire/control.h"
#include "payload/wire/record.h"

namespace memray::payload {

// Whether Python is alive and recorded, as it is at almost every event: one word for each. Of the calling thread's
// session, in its RecordingScope.
inline bool python_is_alive(const Session& session) noexcept {
    return session.control->phase.load(std::memory_order_relaxed) == wire::Phase::kRecording &&
           __atomic_load_n(session.finalizing, __ATOMIC_RELAXED) == 0;
}

// Where it may not be. Returns which record is to tell the collector that Python ended or began since the last event
// (kFinish, kRestart), one thread only; kNoRecord otherwise.
inline constexpr auto kNoRecord = static_cast<wire::RecordKind>(0);
wire::RecordKind follow_python() noexcept;

// Puts the hooks back that a new Python may not have: called for the first Python stack of each but the first.
// Set before anything is recorded.
using RenewHooks = void (*)() noexcept;
extern constinit RenewHooks renew_python_hooks;
[[gnu::visibility("hidden")]] extern constinit std::atomic<bool> renewal_is_due;
void renew_due_python_hooks() noexcept;
inline void renew_python_hooks_if_due() noexcept {
    if (renewal_is_due.load(std::memory_order_relaxed)) [[unlikely]] { renew_due_python_hooks(); }
}

}  // namespace memray::payload

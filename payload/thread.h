// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the payload knows about the current thread: its slot and whether it is inside a hook. Kept in initial-exec
// thread-local storage (32 bytes), so a new thread starts with zeroes and needs neither heap nor destructor; the
// controller takes the slots of dead threads back.
#pragma once

#include <cstdint>

#include "payload/session.h"
#include "payload/wire/ring_writer.h"

namespace memray::payload {

enum class Activity : std::uint32_t {
    kNone = 0,
    kInOriginal = 1,  // inside the allocator that a hook stands for: what it allocates itself is its own affair
    kRecording = 2,   // inside the payload's own code
};

struct ThreadState {
    const Session* session;  // of the hook that this thread is in
    wire::Slot* slot;
    std::uint32_t generation;  // Session::generation the slot was claimed in
    Activity activity;
    std::uint32_t slotless_events;  // since a slot was last asked for in vain
    std::uint32_t loading;          // inside a dlopen, as far as known
};

extern __thread ThreadState this_thread __attribute__((tls_model("initial-exec")));

// Only inside a RecordingScope.
inline const Session& own_session() noexcept { return *this_thread.session; }

// The slot of this thread, claimed if need be. nullptr if there is none to be had (counted as a loss).
wire::Slot* claim_slot() noexcept;
inline wire::Slot* current_slot() noexcept {
    if (this_thread.slot != nullptr && this_thread.generation == own_session().generation) [[likely]] {
        return this_thread.slot;
    }
    return claim_slot();
}

inline wire::RingWriter writer_of(wire::Slot& slot) noexcept {
    return {slot, own_session().frame_capacity, own_session().ring_words};
}

// Waits until the reader released something; false to give up (then the payload has disarmed itself).
bool wait_for_room(wire::Slot& slot) noexcept;

// Holds this thread's activity for a scope.
class ActivityScope {
public:
    explicit ActivityScope(Activity activity) noexcept : previous_(this_thread.activity) { enter(activity); }
    ~ActivityScope() { enter(previous_); }
    ActivityScope(const ActivityScope&) = delete;
    ActivityScope& operator=(const ActivityScope&) = delete;
    static void enter(Activity activity) noexcept {
        this_thread.activity = activity;
        // A signal handler of this thread must see the change where the program order has it.
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }

private:
    Activity previous_;
};

// The payload's own code: everything in scope concerns the session that was the newest when it began. A signal handler
// that comes first may leave a newer one; one that comes later records nothing.
class RecordingScope {
public:
    RecordingScope() noexcept : activity_(choose_session()) {}

private:
    static Activity choose_session() noexcept {
        this_thread.session = newest_session();
        return Activity::kRecording;
    }
    ActivityScope activity_;
};

}  // namespace memray::payload

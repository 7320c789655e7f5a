// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the payload knows about the current thread: its slot and whether it is inside a hook. Kept in initial-exec
// thread-local storage (56 bytes), so a new thread starts with zeroes and needs neither heap nor destructor; the
// controller takes the slots of dead threads back.
#pragma once

#include <cstdint>

#include "payload/presence.h"
#include "payload/session.h"
#include "payload/wire/ring_writer.h"

namespace memray::payload {

enum class Activity : std::uint32_t {
    kNone = 0,
    kInOriginal = 1,  // inside the allocator that a hook stands for: what it allocates itself is its own affair
    kRecording = 2,   // inside the payload's own code
};

// What is not known to be over yet of a thread's last dlopen or dlclose. Both bits end by themselves, at different
// times.
enum Loading : std::uint32_t {
    kMayRelocate = 1,       // it may still write to the words that hooks are put into
    kMayChangeModules = 2,  // modules may still come and go
};

struct ThreadState {
    const Session* session;  // of the hook that this thread is in
    wire::Slot* slot;
    ThreadStacks* stacks;      // that go with the slot
    std::uint32_t generation;  // Session::generation the slot was claimed in
    Activity activity;
    std::uint32_t slotless_events;  // since a slot was last asked for in vain
    std::uint32_t loading;          // Loading
    Presence* presence;
    const PresenceTable* presence_table;  // that it is in
    std::uint32_t chain_depth;            // ChainScope
};

extern __thread ThreadState this_thread __attribute__((tls_model("initial-exec")));

// Its first presence.
Presence* take_presence() noexcept;

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

// Of a thread that has a slot.
inline ThreadStacks& own_stacks() noexcept { return *this_thread.stacks; }

inline wire::RingWriter writer_of(wire::Slot& slot) noexcept { return {slot, own_session().ring_words}; }

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

// nullptr if there are too many threads.
inline Presence* own_presence() noexcept {
    if (this_thread.presence != nullptr && this_thread.presence_table == presence_table) [[likely]] {
        return this_thread.presence;
    }
    return take_presence();
}

// The payload's own code: everything in scope concerns the session that was the newest when it began, and its region
// stays mapped. False if that is not armed (any more): then nothing of it may be touched. A signal handler that comes
// before this thread is present may have a scope of its own; one that comes later records nothing.
class RecordingScope {
public:
    RecordingScope() noexcept : previous_(this_thread.activity) {
        const Session* session = newest_session();
        appear();
        ActivityScope::enter(Activity::kRecording);
        this_thread.session = session;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        // Not before: only now does it stay as it is, if it is armed. And a child that a signal handler forks from here
        // on is known to be inside (interrupted.h); one that it forked before sees that nothing is armed.
        armed_ = recordings.own->armed.load(std::memory_order_acquire) == session->generation;
    }
    ~RecordingScope() {
        ActivityScope::enter(previous_);
        disappear();
    }
    RecordingScope(const RecordingScope&) = delete;
    RecordingScope& operator=(const RecordingScope&) = delete;
    [[nodiscard]] explicit operator bool() const noexcept { return armed_; }

private:
    // The membarrier of anybody_present() orders the store before the load of `armed` that follows.
    void appear() noexcept {
        presence_ = own_presence();
        if (presence_ == nullptr) [[unlikely]] {
            present_without_presence.fetch_add(1, std::memory_order_seq_cst);
            return;
        }
        depth_ = presence_->depth.load(std::memory_order_relaxed);
        presence_->depth.store(depth_ + 1, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    void disappear() const noexcept {
        if (presence_ == nullptr) [[unlikely]] {
            present_without_presence.fetch_sub(1, std::memory_order_release);
            return;
        }
        presence_->depth.store(depth_, std::memory_order_release);
    }

    Activity previous_;
    Presence* presence_{nullptr};
    std::uint32_t depth_{0};
    bool armed_{false};
};

}  // namespace memray::payload

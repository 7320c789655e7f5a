// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the payload knows about the current thread: its slot and whether it is inside a hook. Kept in initial-exec
// thread-local storage (64 bytes), so a new thread starts with zeroes and needs neither heap nor destructor; the
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
    const Session* session;  // of the hook that this thread is in, or was in last
    wire::Slot* slot;        // of that session; nullptr: none yet
    ThreadStacks* stacks;    // that go with the slot
    Presence* presence;
    std::uint32_t generation;  // of `session`, once the thread has found it armed. 0: none
    Activity activity;
    std::uint32_t slotless_events;        // since a slot was last asked for in vain
    std::uint32_t loading;                // Loading
    const PresenceTable* presence_table;  // that its presence is in
    std::uint32_t chain_depth;            // ChainScope
};

extern __thread ThreadState this_thread __attribute__((tls_model("initial-exec")));

// Only inside a RecordingScope.
inline const Session& own_session() noexcept { return *this_thread.session; }

// The slot of this thread, claimed if need be. nullptr if there is none to be had (counted as a loss).
wire::Slot* claim_slot() noexcept;
inline wire::Slot* current_slot() noexcept {
    wire::Slot* slot = this_thread.slot;
    return slot != nullptr ? slot : claim_slot();
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

// The payload's own code: everything in scope concerns one session, the newest when it began, and its region stays
// mapped. False if that is not armed (any more): then nothing of it may be touched. A signal handler that comes before
// this thread is present may have a scope of its own; one that comes later records nothing.
//
// Almost always the session is the one that the thread was in last. What the thread knows of that (ThreadState) holds
// as long as the session's generation is armed, so one comparison tells. No other session of the process, or of one
// that it forks, ever has that generation.
class RecordingScope {
public:
    RecordingScope() noexcept : presence_(this_thread.presence), previous_(this_thread.activity) {
        if (presence_ == nullptr) [[unlikely]] { presence_ = take_presence(); }
        appear(presence_);
        ActivityScope::enter(Activity::kRecording);
        // Not before: only now does it stay as it is, if it is armed. And a child that a signal handler forks from here
        // on is known to be inside (interrupted.h); one that it forked before sees that nothing is armed.
        const std::uint32_t generation = armed_generation();
        armed_ = generation != 0 && generation == this_thread.generation;
        if (!armed_) [[unlikely]] {
            armed_ = enter_newest_session();
            presence_ = this_thread.presence;
        }
    }
    ~RecordingScope() {
        ActivityScope::enter(previous_);
        disappear(presence_);
    }
    RecordingScope(const RecordingScope&) = delete;
    RecordingScope& operator=(const RecordingScope&) = delete;
    [[nodiscard]] explicit operator bool() const noexcept { return armed_; }

private:
    // nullptr if there are too many threads.
    static Presence* take_presence() noexcept;
    // The rest of the constructor, where this is the thread's first scope in a session. Whether that is armed.
    static bool enter_newest_session() noexcept;

    // The membarrier of anybody_present() orders the store before the load of what is armed that follows.
    static void appear(Presence* presence) noexcept {
        if (presence == nullptr) [[unlikely]] {
            present_without_presence.fetch_add(1, std::memory_order_seq_cst);
            return;
        }
        presence->depth.store(presence->depth.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    static void disappear(Presence* presence) noexcept {
        if (presence == nullptr) [[unlikely]] {
            present_without_presence.fetch_sub(1, std::memory_order_release);
            return;
        }
        presence->depth.store(presence->depth.load(std::memory_order_relaxed) - 1, std::memory_order_release);
    }

    Presence* presence_;
    Activity previous_;
    bool armed_;
};

}  // namespace memray::payload

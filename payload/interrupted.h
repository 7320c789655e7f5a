// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A signal handler may interrupt a thread in the middle of a record and fork, and return in the child, too: there the
// rest of that record would go into the parent's ring, with a number of the parent's order.
#pragma once

#include <cstdint>

namespace memray::payload {

// In a child, before it returns from fork: where its thread is inside a hook, what it shares with its parent's
// recording is replaced by private copies at the same addresses. What the thread has yet to write goes there.
void leave_recording_to_parent() noexcept;

// No signal handler runs while in scope; those that faults and filters (seccomp) cause do.
class HandlersHeld {
public:
    HandlersHeld() noexcept;
    ~HandlersHeld();
    HandlersHeld(const HandlersHeld&) = delete;
    HandlersHeld& operator=(const HandlersHeld&) = delete;

private:
    std::uint64_t before_{0};
};

}  // namespace memray::payload

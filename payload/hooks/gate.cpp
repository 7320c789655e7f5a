// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/gate.h"

namespace memray::payload {

bool is_recordable_after_all() noexcept {
    if (!is_armed() && !(is_followed_child() && join_as_child())) { return false; }
    if (this_thread.activity == Activity::kNone) { return true; }
    if (this_thread.activity == Activity::kRecording) {
        // Only a signal handler gets here: the payload itself calls no allocator. The thread is present, and may be
        // just about to come to a session.
        const Session* session = newest_session();
        if (armed_generation() == session->generation) {
            session->control->losses.reentrant.fetch_add(1, std::memory_order_relaxed);
        }
    }
    return false;
}

}  // namespace memray::payload

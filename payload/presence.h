// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which threads are inside the payload's own code: what a recording has mapped may go once nobody is there. Each thread
// has a Presence of its own, so that showing up costs a plain store; the rare thread that gets none is counted.
#pragma once

#include <atomic>
#include <cstdint>

namespace memray::payload {

struct alignas(64) Presence {
    std::atomic<std::uint32_t> depth;  // written by its owner alone
    std::atomic<std::uint32_t> owner;  // thread id, 0: free. That of a dead thread is as good as free
};

// One per process: a forked child makes its own, as the owners in its copy do not exist there.
struct PresenceTable;

// Before the first presence. False if there is no memory for it.
bool open_presences(bool is_new_process) noexcept;

// For the calling thread, as long as it lives; nullptr if there are too many threads.
Presence* claim_presence() noexcept;
// Changes in forked children: a presence of another table is not one of this process.
extern constinit PresenceTable* presence_table;

extern constinit std::atomic<std::uint32_t> present_without_presence;

// After a store that keeps threads from appearing: whether one that appeared before is still there.
bool anybody_present() noexcept;

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One entry of the event log. Events hold no addresses: every live allocation has a slot number. An allocation takes
// the slot freed last, or the next new one if none is free; so the log need not name it, and a replay needs an array,
// not a hash table.
#pragma once

#include <cstdint>

namespace memray::capture {

enum class EventKind : std::uint8_t {
    kAllocation = 0,    // slot, site, size
    kDeallocation = 1,  // slot; site and size are those of its allocation
    kRestore = 2,       // slot, site, size: live again or what a partial munmap left; not counted as an allocation
    kTime = 3,          // milliseconds since the epoch: the events that follow happened then or later
};

struct Event {
    EventKind kind{EventKind::kAllocation};
    std::uint32_t slot{0};
    std::uint32_t site{0};     // index of Profile::sites
    std::uint64_t size{0};     // bytes
    bool other_thread{false};  // kDeallocation: freed by another thread than the one that allocated it
    std::int64_t time_ms{0};
};

}  // namespace memray::capture

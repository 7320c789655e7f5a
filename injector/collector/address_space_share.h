// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells the payload how much address space it may take, as the program may change its own limit at any time.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "injector/base/process.h"
#include "injector/collector/mapped_region.h"

namespace memray::collector {

class AddressSpaceShare {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kInterval{20};

    AddressSpaceShare(const MappedRegion& region, std::int64_t pid) : region_(region), pid_(static_cast<pid_t>(pid)) {}

    // Looks every kInterval.
    void step(Clock::time_point now) {
        if (now < next_) { return; }
        next_ = now + kInterval;
        region_.control().address_space.store(base::share_of_address_space(pid_), std::memory_order_relaxed);
    }

private:
    const MappedRegion& region_;
    pid_t pid_;
    Clock::time_point next_{};
};

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Gives the slots of dead threads back to the pool, once all they wrote has been read.
#pragma once

#include <chrono>
#include <cstdint>

#include "injector/collector/mapped_region.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/target_threads.h"

namespace memray::collector {

class SlotReclaimer {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kInterval{10};

    SlotReclaimer(const MappedRegion& region, OrderedMerge& merge, TargetThreads& threads)
        : region_(region), merge_(merge), threads_(threads) {}

    // Looks every kInterval, and at once if a thread waits for a slot. Between two rounds of the merge only.
    void step(Clock::time_point now);

private:
    bool reclaim_if_dead(std::uint32_t index);

    const MappedRegion& region_;
    OrderedMerge& merge_;
    TargetThreads& threads_;
    Clock::time_point next_{};
};

}  // namespace memray::collector

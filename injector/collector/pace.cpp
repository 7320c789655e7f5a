// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/pace.h"

#include <algorithm>
#include <ctime>

namespace memray::collector {

void Pace::note(std::size_t records, Clock::time_point now) noexcept {
    const std::chrono::nanoseconds since = now - last_;
    last_ = now;
    const std::chrono::nanoseconds longer = records == 0 ? 2 * pause_ : pause_ * 5 / 4;
    // A target that does not get a processor all the time is faster than it looks when it has one.
    pause_ = records == 0 ? longer : std::min(longer, since * half_ring_ / static_cast<std::int64_t>(records));
    pause_ = std::clamp<std::chrono::nanoseconds>(pause_, kShortest, kLongest);
}

void Pace::sleep(std::chrono::nanoseconds longest) const noexcept {
    const std::chrono::nanoseconds time = std::min(pause_, longest);
    const timespec pause{time.count() / 1'000'000'000, time.count() % 1'000'000'000};
    ::nanosleep(&pause, nullptr);
}

}  // namespace memray::collector

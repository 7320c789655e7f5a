// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Passes progress on, at most about ten times a second.
#pragma once

#include <chrono>

#include "injector/capture/reader.h"

namespace memray::capture {

class ProgressMeter {
public:
    explicit ProgressMeter(const Progress& progress) : progress_(progress) {}

    void report(double share) {
        const Clock::time_point now = Clock::now();
        if (!progress_ || now - last_ < std::chrono::milliseconds(100)) { return; }
        last_ = now;
        progress_(share);
    }

private:
    using Clock = std::chrono::steady_clock;
    const Progress& progress_;
    Clock::time_point last_{};
};

}  // namespace memray::capture

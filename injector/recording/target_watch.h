// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sees what becomes of the target, which must be a child of this process.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <chrono>
#include <optional>

#include "injector/recording/oom_counter.h"
#include "injector/capture/profile.h"

namespace memray::recording {

class TargetWatch {
public:
    // `pidfd` must outlive this.
    TargetWatch(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd), oom_(pid) {}

    // From now on, whether this process stops with the target (stop_with()); at first it does.
    void share_stops(bool shared) noexcept { shares_stops_ = shared; }

    // How it ended, once it has (then it is reaped).
    [[nodiscard]] std::optional<capture::Ending> try_reap() { return look(WNOHANG); }
    // The same, and waits until it ends, stops, or a signal arrives.
    [[nodiscard]] std::optional<capture::Ending> reap() { return look(0); }
    // Sleeps until it ends, a signal arrives, or `longest` has passed (negative: no limit).
    void wait(std::chrono::milliseconds longest = std::chrono::milliseconds(-1)) const;

private:
    [[nodiscard]] std::optional<capture::Ending> look(int flags);

    pid_t pid_;
    int pidfd_;
    OomCounter oom_;
    bool shares_stops_{true};
};

// Ends this process as the target ended: the same signal, or returns the same exit code.
[[nodiscard]] int end_like(const capture::Ending& ending);

}  // namespace memray::recording

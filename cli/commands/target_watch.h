// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sees what becomes of the target, which must be a child of this process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "cli/commands/oom_counter.h"
#include "injector/capture/profile.h"

namespace memray::cli {

class TargetWatch {
public:
    // `pidfd` must outlive this.
    TargetWatch(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd), oom_(pid) {}

    // How it ended, once it has (then it is reaped).
    [[nodiscard]] std::optional<capture::Ending> try_reap();
    // Sleeps until it ends, a signal arrives, or `longest` has passed (negative: no limit).
    void wait(std::chrono::milliseconds longest = std::chrono::milliseconds(-1)) const;

private:
    pid_t pid_;
    int pidfd_;
    OomCounter oom_;
};

// Ends this process as the target ended: the same signal, or returns the same exit code.
[[nodiscard]] int end_like(const capture::Ending& ending);

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sees what becomes of a process that is recorded.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "injector/capture/profile.h"
#include "injector/recording/oom_counter.h"

namespace memray::recording {

class ProcessWatch {
public:
    // Whose it is to reap: then ended() does that. Otherwise somebody else does, at any moment.
    enum class Reaped : bool { kHere, kElsewhere };

    // `pidfd` must outlive this.
    ProcessWatch(pid_t pid, int pidfd, Reaped reaped) : pid_(pid), pidfd_(pidfd), reaped_(reaped), oom_(pid) {}

    // Of one that is to be reaped here: whether this process stops with it (stop_with()); at first it does.
    void share_stops(bool shared) noexcept { shares_stops_ = shared; }

    // How it ended, once it has; kUnknown if its parent has collected it already and the kernel (before 6.15) does not
    // tell. Throws base::Error if it cannot be waited for.
    [[nodiscard]] std::optional<capture::Ending> ended() const;
    // The same of one that is to be reaped here, and waits until it ends, stops, or a signal arrives.
    [[nodiscard]] std::optional<capture::Ending> await_end() const;
    // Sleeps until it ends, a signal arrives, or `longest` has passed (negative: no limit).
    void wait(std::chrono::milliseconds longest = std::chrono::milliseconds(-1)) const;

private:
    [[nodiscard]] std::optional<capture::Ending> reap(int flags) const;
    [[nodiscard]] std::optional<capture::Ending> look() const;

    pid_t pid_;
    int pidfd_;
    Reaped reaped_;
    OomCounter oom_;
    bool shares_stops_{true};
};

}  // namespace memray::recording

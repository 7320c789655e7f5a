// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// While it lives, signals that somebody sends to us go on to the target. What the terminal sends (Ctrl-C, a window
// change), or anybody to our process group, reaches the target by itself, as it is in it, and is ignored here; a
// hang-up that only the leader of a session hears of goes on to it, too. Ctrl-Z alone does not stop us, as the target
// may have its own mind about it: ProcessWatch sees when it has stopped. System calls that wait end with EINTR. One at
// a time; make it after the target was forked, which must not inherit these handlers.
#pragma once

#include <sys/types.h>

#include <array>
#include <csignal>
#include <cstddef>

#include "injector/recording/group_watch.h"

namespace memray::recording {

class ForwardedSignals {
public:
    // `pidfd` must outlive this.
    ForwardedSignals(pid_t pid, int pidfd);
    ~ForwardedSignals();
    ForwardedSignals(const ForwardedSignals&) = delete;
    ForwardedSignals& operator=(const ForwardedSignals&) = delete;

private:
    static constexpr std::array kSignals{SIGINT,  SIGQUIT,  SIGTERM, SIGHUP,  SIGUSR1,
                                         SIGUSR2, SIGWINCH, SIGALRM, SIGTSTP, SIGCONT};
    GroupWatch group_;
    std::array<struct sigaction, kSignals.size()> previous_{};
    struct sigaction previous_pipe_ {};
};

}  // namespace memray::recording

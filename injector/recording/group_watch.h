// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells a signal that somebody sent to this process from one to its whole process group, which look alike (kill(2)): a
// small process of the same group blocks every signal, so that one to the group stays pending there. The kernel sends
// to the newest process of a group first (kernel/signal.c, __kill_pgrp_info), so it is there before it is here.
#pragma once

#include <sys/types.h>

#include "injector/base/child_process.h"
#include "injector/base/unique_fd.h"
#include "injector/recording/status_text.h"

namespace memray::recording {

class GroupWatch {
public:
    // Forks. Where that fails, nothing was sent to the group.
    GroupWatch();
    ~GroupWatch();
    GroupWatch(const GroupWatch&) = delete;
    GroupWatch& operator=(const GroupWatch&) = delete;

    // For signal handlers: whether `number`, which this process has just received, went to the group, once; or its
    // opposite (a stop and SIGCONT) has meanwhile.
    [[nodiscard]] bool take(int number) const noexcept;

private:
    base::ChildProcess process_;
    base::UniqueFd orders_;
    StatusPath status_{};
};

}  // namespace memray::recording

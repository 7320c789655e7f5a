// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How a process ended that somebody else waits for.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "injector/capture/profile.h"

namespace memray::recording {

void wait_for_end(int pidfd, std::chrono::milliseconds time);

// Of a process that has ended. kUnknown if its parent has collected it already and the kernel (before 6.15) does not
// tell.
[[nodiscard]] capture::Ending ending_of(pid_t pid, int pidfd);

}  // namespace memray::recording

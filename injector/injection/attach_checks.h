// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What can be known about a process before it is touched.
#pragma once

#include <sys/types.h>

namespace memray::injection {

// Throws base::Error if there is no such process, or none that could run a program: a thread, a zombie, a thread of the
// kernel.
void require_live(pid_t pid);

// Throws base::Error for a process that cannot be entered, with the reason: none, a kernel thread, ended, traced
// already, another user's, no program for this processor.
void require_enterable(pid_t pid);

}  // namespace memray::injection

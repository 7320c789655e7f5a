// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What can be known about a process before it is touched.
#pragma once

#include <sys/types.h>

namespace memray::injection {

// Throws base::Error for a process that cannot be entered, with the reason: none, a kernel thread, ended, traced
// already, another user's, no program for this processor.
void require_enterable(pid_t pid);

}  // namespace memray::injection

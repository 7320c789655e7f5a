// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the threads of a process are that wait for something, without stopping any of them.
#pragma once

#include <sys/types.h>

#include <vector>

#include "injector/base/remote_addr.h"

namespace memray::heap {

// Of a thread that runs it is not known. None if the process is gone, or the kernel has no /proc/PID/task/TID/syscall.
[[nodiscard]] std::vector<base::RemoteAddr> read_stack_pointers(pid_t pid);

}  // namespace memray::heap

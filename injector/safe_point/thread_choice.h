// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which thread of the target to borrow.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>
#include <vector>

namespace memray::safe_point {

// From a /proc/PID/task/TID/syscall: the number of the system call that the thread is blocked in, -1 in another
// blocked state; nothing if it runs.
[[nodiscard]] std::optional<long> parse_blocked_call(std::string_view text);

// The threads of a process, the best first: those blocked in a system call that the kernel restarts, then running
// ones, then those whose call would end with EINTR. Of very many threads only some are looked at. Throws base::Error.
[[nodiscard]] std::vector<pid_t> threads_to_borrow(pid_t pid);

}  // namespace memray::safe_point

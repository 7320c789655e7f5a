// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The threads of a process, and where each of them is.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "injector/base/remote_addr.h"

namespace memray::heap {

struct ThreadState {
    pid_t id{0};                       // as it is known to us; in a core, as the process's own namespace has it
    std::string name;                  // empty if not known
    base::RemoteAddr stack_pointer;    // null if not known
    base::RemoteAddr program_counter;  // null if not known
};

// Stack pointer and program counter of a /proc/PID/task/TID/syscall (proc(5)); nothing for a thread that runs.
struct BlockedAt {
    base::RemoteAddr stack_pointer;
    base::RemoteAddr program_counter;
};
[[nodiscard]] std::optional<BlockedAt> parse_blocked_at(std::string_view text);

// The ids of all threads; none if the process is gone.
[[nodiscard]] std::vector<pid_t> thread_ids(pid_t pid);
// The letter of proc(5) for what a thread does; nothing if it is gone.
[[nodiscard]] std::optional<char> thread_activity(pid_t pid, pid_t thread);

// Without stopping any of them: where those are that run is not known.
[[nodiscard]] std::vector<ThreadState> read_thread_states(pid_t pid);
// Fills in the names of those that still live.
void name_threads(pid_t pid, std::vector<ThreadState>& threads);

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What can be known about a process before it is touched.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace memray::injection {

// Throws base::Error if there is no such process, or none that could run a program: a thread, a zombie, a thread of the
// kernel.
void require_live(pid_t pid);

// Throws base::Error for a process that cannot be read, with the reason: none, a kernel thread, ended, another user's,
// a 32-bit program.
void require_readable(pid_t pid);
// The same for one that cannot be stopped and read: traced already, too.
void require_traceable(pid_t pid);

// Why no thread of it may be made to make system calls of ours, as what follows "Process 12 "; nothing if it may.
[[nodiscard]] std::optional<std::string> calls_forbidden(pid_t pid);

// Throws base::Error for a process that cannot be entered, with the reason: none, a kernel thread, ended, traced
// already, another user's, no program for this processor.
void require_enterable(pid_t pid);

}  // namespace memray::injection

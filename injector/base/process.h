// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Another process: a handle that stays its own when its id is used again, and the program that it runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "injector/base/unique_fd.h"

namespace memray::base {

// pidfd_open(2); close-on-exec always. Throws Error.
[[nodiscard]] UniqueFd open_pidfd(pid_t pid);
// None if the process is gone.
[[nodiscard]] UniqueFd try_open_pidfd(pid_t pid);

// Of the process that a pidfd stands for, collected by its parent or not.
[[nodiscard]] bool has_ended(int pidfd);

// Bytes of address space that we allow ourselves in a process: a tenth of its limit (RLIMIT_AS). 2^64 - 1 if it has
// none, or is gone.
[[nodiscard]] std::uint64_t share_of_address_space(pid_t pid);

// The resolved path; empty if the process is gone or may not be looked at.
[[nodiscard]] std::string executable_of(pid_t pid);

}  // namespace memray::base

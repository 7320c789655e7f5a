// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Filters of the target's, which see the system calls that we make there.
#pragma once

#include <sys/types.h>

namespace memray::safe_point {

[[nodiscard]] bool is_filtered(pid_t pid);
// Whether it has more of them than this process: one of those may kill it for a call that does us no harm. Of a kernel
// that does not count them (before Linux 5.9), whether it has any and this process none.
[[nodiscard]] bool has_own_filters(pid_t pid);
// PTRACE_O_SUSPEND_SECCOMP takes CAP_SYS_ADMIN, and no filter of our own.
[[nodiscard]] bool may_suspend_filters();

}  // namespace memray::safe_point

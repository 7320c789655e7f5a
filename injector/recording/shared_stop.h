// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Job control: whoever started us, a shell as a rule, sees of its job only us. So this process stops when the target
// has stopped, by Ctrl-Z or by itself, and goes on with it.
#pragma once

#include <sys/types.h>

namespace memray::recording {

// Stops this process as `signal` has stopped the target, a child of ours that is not reaped. Returns when somebody
// continues us, or when the target runs again or has died: a small process of ours sees that meanwhile, as nobody tells
// one that is stopped. At once if the signal does not stop us (of an orphaned process group, setpgid(2)).
void stop_with(pid_t target, int signal);

// For signal handlers: whether SIGCONT came from that small process, because the target runs already.
[[nodiscard]] bool is_waker(pid_t sender) noexcept;

}  // namespace memray::recording

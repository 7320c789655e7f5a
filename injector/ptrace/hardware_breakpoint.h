// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A breakpoint in the debug registers of one stopped thread: other threads run through the same place unharmed, and no
// byte of the program changes. It must be cleared before the thread is let go for good.
#pragma once

#include "injector/base/remote_addr.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

// Throws base::Error where the machine has no debug registers to give.
void set_hardware_breakpoint(const Tracee& tracee, base::RemoteAddr address);
// Does nothing to a thread that is dead or running.
void clear_hardware_breakpoint(const Tracee& tracee) noexcept;
// True if this stop was caused by one: such a SIGTRAP is never the program's.
[[nodiscard]] bool is_hardware_trap(const Tracee& tracee, const WaitStatus& status);

}  // namespace memray::ptrace

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How a thread can show where it is, and nobody else notices.
#pragma once

#include <sys/types.h>

#include "injector/ptrace/detour.h"

namespace memray::safe_point {

// A signal, if the thread does not hold it back, the program has no handler for it, and no filter of its own might kill
// it for sending one. Else a system call: to see that takes stops at all of them.
[[nodiscard]] ptrace::DetourKind choose_detour(pid_t thread);

}  // namespace memray::safe_point

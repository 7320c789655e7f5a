// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Code of a process through which a thread makes calls for us (remote_call.h). It leads back to the place where the
// thread was borrowed with nobody's help: whoever traces it may be killed at any moment.
#pragma once

#include <optional>
#include <string_view>

#include "injector/base/remote_addr.h"

namespace memray::ptrace {

using base::RemoteAddr;

struct CallCode {
    RemoteAddr system_call;  // `syscall; ret`
    // Where a call returns to: in the end this makes the system call rt_sigreturn, with the stack pointer as it was
    // right after the return.
    RemoteAddr returns_to;
    // Right behind a harmless system call on that way, made with the result of the call in rbx; null if there is none.
    RemoteAddr ended;
};

// What every C library has: such a system call, and where signal handlers return to (`mov $15, %rax; syscall`: the
// kernel wants an SA_RESTORER on x86-64). Good for system calls, not for functions. `code` is mapped at `begin`.
[[nodiscard]] std::optional<CallCode> find_call_code(std::string_view code, RemoteAddr begin);

}  // namespace memray::ptrace

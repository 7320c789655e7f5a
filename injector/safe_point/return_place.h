// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where on the stack of a stopped thread a function that it is in has its return address.
#pragma once

#include <sys/types.h>

#include <optional>

#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::safe_point {

using base::RemoteAddr;

struct ReturnPlace {
    RemoteAddr place;
    RemoteAddr address;  // what is there
};

// Of the innermost call of `function`; nothing if the thread is not in it, or is far deeper. Cheap if nothing on the
// stack points into it. Throws base::Error.
[[nodiscard]] std::optional<ReturnPlace> find_return_place(pid_t pid, const ptrace::RemoteMemory& memory,
                                                           const ptrace::Registers& registers, RemoteAddr function);

}  // namespace memray::safe_point

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Code of ours through which a thread passes where we want to see it. It needs nobody: who traces the thread sees it
// pass; if nobody does, it does nothing and goes on. So it may stay for ever, and is good in copies of a process, too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::ptrace {

// How a detour shows that a thread passes.
enum class DetourKind : unsigned char {
    kSystemCall,  // by munmap(0, 0), seen by Tracee::resume_to_system_call()
    kSignal,      // by a SIGURG to itself, which a tracer sees, and which a program ignores unless it handles it
};

struct Detour {
    RemoteAddr entry;
    RemoteAddr stop;  // the program counter of a thread that shows itself
};

inline constexpr std::size_t kDetourSize = 64;

// The code of one that leads to `target`, by way of `instructions`, which must do the same at any address. All
// registers but the flags are kept. Throws base::Error if they are too many.
[[nodiscard]] std::string detour_code(DetourKind kind, RemoteAddr target, std::string_view instructions = {});
// The one whose code is there.
[[nodiscard]] Detour detour_at(RemoteAddr address, DetourKind kind) noexcept;

// The registers that a thread has behind a detour, or had before it, if it stands at the stop of one with `inside`; the
// program counter becomes `at`. Throws base::Error.
[[nodiscard]] Registers registers_behind(const RemoteMemory& memory, const Registers& inside, RemoteAddr at);

}  // namespace memray::ptrace

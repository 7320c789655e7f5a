// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Room for code of ours in a process that has just executed its program, without a system call made for us: the last
// page of an image's text goes on behind the text's end. Nobody uses those bytes, and what is written there is the
// process's own copy.
#pragma once

#include <optional>

#include "injector/elf/modules.h"
#include "injector/ptrace/detour.h"

namespace memray::safe_point {

using base::RemoteAddr;

class TextPadding {
public:
    TextPadding() = default;
    // The largest of those of `modules` that a jump from `near` reaches.
    TextPadding(const elf::ReadMemory& read, const elf::Modules& modules, RemoteAddr near);

    // A detour as detour_code() has it; nothing if there is no room. Throws base::Error.
    [[nodiscard]] std::optional<ptrace::Detour> add_detour(const ptrace::RemoteMemory& memory, ptrace::DetourKind kind,
                                                           RemoteAddr target, std::string_view instructions = {});

private:
    RemoteAddr next_;
    RemoteAddr end_;
};

// Overwrites a function that does nothing, with the padding behind it, by a jump to `code`; no thread is in it now.
// Returns false, having done nothing, if it does something, or there is no room for a jump that is written in one go.
// Throws base::Error.
bool divert_empty_function(const ptrace::RemoteMemory& memory, RemoteAddr function, RemoteAddr code);

}  // namespace memray::safe_point

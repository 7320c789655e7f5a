// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where a process has the code through which its threads make system calls for us.
#pragma once

#include <optional>
#include <vector>

#include "injector/elf/memory_map.h"
#include "injector/ptrace/call_code.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::safe_point {

// In one mapping.
[[nodiscard]] std::optional<ptrace::CallCode> find_system_call_code(const elf::MapEntry& entry,
                                                                    const ptrace::RemoteMemory& memory);
// In whichever file has it, C libraries first. No symbol is looked for.
[[nodiscard]] std::optional<ptrace::CallCode> find_system_call_code(const std::vector<elf::MapEntry>& maps,
                                                                    const ptrace::RemoteMemory& memory);

}  // namespace memray::safe_point

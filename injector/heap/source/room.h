// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether there is memory for a copy of a process, before it is made: nobody may be killed for the want of it.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace memray::heap {

// Bytes that a process could still take: of the machine, and of the cgroups that it is in (cgroups(7)). Files that are
// kept in memory give way.
[[nodiscard]] std::uint64_t memory_left(pid_t pid);

// Bytes of its own that a process has in memory: RssAnon of its status (proc(5)).
[[nodiscard]] std::uint64_t private_memory(pid_t pid);

// Whether the kernel promises no more memory than there is, so that a copy of a process may be refused though none of
// it is ever written to (vm.overcommit_memory is 2: proc_sys_vm(5)).
[[nodiscard]] bool counts_promises();

}  // namespace memray::heap

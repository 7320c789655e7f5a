// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether a thread is on the stack that it began with. Below that there is room for a call of ours; below a stack that
// a program has made for itself (coroutines, goroutines, signal handlers) there may be anything.
#pragma once

#include <span>

#include "injector/elf/memory_map.h"
#include "injector/ptrace/registers.h"

namespace memray::heap {

// The first thread's is "[stack]" to the kernel. All others were given theirs by the C library, which puts what belongs
// to the thread (fs_base) at its end: glibc 2.36, nptl/allocatestack.c; musl 1.2, src/thread/pthread_create.c.
[[nodiscard]] bool is_on_own_stack(const ptrace::Registers& registers, std::span<const elf::MapEntry> maps);

}  // namespace memray::heap

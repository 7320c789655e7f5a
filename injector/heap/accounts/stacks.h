// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks of a process's threads, in use down to the stack pointer. glibc has a thread's control block (tcbhead_t of
// sysdeps/x86_64/nptl/tls.h) at the upper end of its stack, above the thread-local variables: it holds its own address
// in its first and in its third word.
#pragma once

#include <vector>

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

// Claims stacks: those that hold one of `stack_pointers`, and those of threads that have ended, which glibc keeps.
// A thread whose stack pointer is not known has one of the latter; of the main thread all is in use then.
void claim_stacks(const Memory& memory, const std::vector<RemoteAddr>& stack_pointers, Ledger& ledger);

// Claims what the dynamic loader has mapped for itself: small pieces of anonymous memory, one of which holds the main
// thread's control block.
void claim_loader(const Memory& memory, Ledger& ledger);

}  // namespace memray::heap

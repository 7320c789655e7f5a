// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The kernel's id of the calling thread. The C library keeps it in the thread's own memory, at a place that is looked
// for once: a filter that the program puts itself under later may kill it for gettid(2).
#pragma once

#include <cstdint>

#include "payload/syscalls.h"

namespace memray::payload {

// From the thread pointer; 0 if it is not known: then the kernel is asked.
extern constinit std::uint64_t thread_id_offset;

// By the thread that starts a recording, in a process and in each forked child: before others need to know who they
// are. Asks the kernel, once.
void find_thread_id() noexcept;

inline std::uint32_t own_tid() noexcept {
    if (thread_id_offset == 0) [[unlikely]] { return current_tid(); }
    std::uint32_t id = 0;
    __asm__("movl %%fs:(%1), %0" : "=r"(id) : "r"(thread_id_offset));
    return id;
}

}  // namespace memray::payload

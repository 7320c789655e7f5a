// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Call stacks of a stopped thread, from the unwind tables in the process's own memory: files are not needed, so other
// mount namespaces, deleted libraries and memory files do no harm. A wrapper around libunwind.
#pragma once

#include <memory>
#include <vector>

#include "injector/elf/memory_map.h"
#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::safe_point {

using base::RemoteAddr;

struct StackFrame {
    RemoteAddr instruction;  // of the innermost frame; a return address in the others
    RemoteAddr stack_pointer;
};

struct CallStack {
    std::vector<StackFrame> frames;  // innermost first
    bool complete{false};            // the last one is where the thread began
};

class Unwinder {
public:
    // `memory` must outlive it. Code mapped later than `maps` cannot be unwound. Throws base::Error.
    Unwinder(const ptrace::RemoteMemory& memory, const std::vector<elf::MapEntry>& maps);
    ~Unwinder();
    Unwinder(const Unwinder&) = delete;
    Unwinder& operator=(const Unwinder&) = delete;

    [[nodiscard]] CallStack unwind(const ptrace::Registers& registers);
    // Where the function begins, or the part of it, that has a call which returns there; null if nothing is known.
    [[nodiscard]] RemoteAddr function_at(RemoteAddr return_address);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace memray::safe_point

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Makes a stopped thread call functions and make system calls of its own process. The thread must stand at a place
// where what is called is legal (no lock held that it wants); that is the caller's business. SavedRegisters restores
// the thread afterwards and must outlive this object.
//
// Each call runs on the thread's own stack, below the red zone. A function returns to an address where nothing is
// mapped; the fault tells that it is done. Signals that get through meanwhile (SIGSTOP, or a synchronous one sent by
// kill) are kept, and sent again on destruction.
//
// Throws base::Error if the thread dies, faults, or is not done within the time limit; then it is in the middle of
// something and cannot be let run on.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

class RemoteCall {
public:
    using Arguments = std::initializer_list<std::uint64_t>;  // up to six

    RemoteCall(Tracee& tracee, const RemoteMemory& memory, const SavedRegisters& saved,
               std::chrono::milliseconds limit = std::chrono::seconds(10));
    RemoteCall(const RemoteCall&) = delete;
    RemoteCall& operator=(const RemoteCall&) = delete;
    ~RemoteCall();

    // Calls `function` and returns what it leaves in rax.
    std::uint64_t function(RemoteAddr function, Arguments arguments);
    // The same for a function that opens files: its first open of `path` yields a duplicate of the target's `fd`. So no
    // file system, /proc included, has to be there. Such an open runs through the `fcntl` system call.
    std::uint64_t function_opening(RemoteAddr function, Arguments arguments, std::string_view path, int fd);
    // Executes the `syscall` instruction at `instruction`; returns the result, or a negative errno.
    std::int64_t system_call(RemoteAddr instruction, long number, Arguments arguments);

    // Copies `text` and a zero to the thread's stack, where it stays as long as this object.
    RemoteAddr push(std::string_view text);

private:
    Registers prepare(Arguments arguments) const;
    void begin(RemoteAddr function, Arguments arguments);
    // Runs until the function opens `path` and returns true, or until it ends and returns false.
    bool reaches_open(std::string_view path);
    [[nodiscard]] bool opens(const Registers& registers, std::string_view path) const;
    void duplicate_instead(int fd);
    // Throws if it ended or did not stop within the limit.
    WaitStatus next_stop(Deadline deadline);
    // Waits until the tracee stops with `signal` at `at`; `stepping` says how to go on after anything else.
    Registers wait_for(int signal, RemoteAddr at, bool stepping);
    void hold_or_throw(const WaitStatus& status, const Registers& registers);

    Tracee& tracee_;
    const RemoteMemory& memory_;
    Registers base_;
    RemoteAddr stack_;
    std::chrono::milliseconds limit_;
    std::vector<int> held_;
};

}  // namespace memray::ptrace

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Makes a stopped thread call functions and make system calls of its own process. The thread must stand at a place
// where what is called is legal (no lock held that it wants); that is the caller's business. SavedRegisters restores
// the thread afterwards and must outlive this object.
//
// Each call runs on the thread's own stack, below the red zone, and returns to code that puts the thread back where it
// was (call_code.h). So if this process is killed, even after it was stopped, the call ends and the thread goes on. We
// see the end by a system call on that way. Signals that get through meanwhile (SIGSTOP, or a synchronous one sent by
// kill) are kept, and sent again on destruction.
//
// Throws base::Error if the thread dies, faults, or is not done within the time limit; then it is in the middle of
// something and cannot be let run on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "injector/ptrace/call_code.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/saved_registers.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

class RemoteCall {
public:
    using Arguments = std::initializer_list<std::uint64_t>;  // up to six

    RemoteCall(Tracee& tracee, const RemoteMemory& memory, SavedRegisters& saved, const CallCode& code,
               std::chrono::milliseconds limit = std::chrono::seconds(10));
    RemoteCall(const RemoteCall&) = delete;
    RemoteCall& operator=(const RemoteCall&) = delete;
    ~RemoteCall();

    // Calls `function` and returns what it leaves in rax. Takes code that shows the end.
    std::uint64_t function(RemoteAddr function, Arguments arguments);
    // The same for a function that opens files: its first open of `path` yields the target's `fd`, which is the
    // function's from then on. So no file system, /proc included, has to be there. Such an open runs through the
    // `munmap` system call. `opened`: whether it came to that.
    std::uint64_t function_opening(RemoteAddr function, Arguments arguments, std::string_view path, int fd,
                                   bool& opened);
    // One that does not wait for anything. Returns the result, or a negative errno.
    std::int64_t system_call(long number, Arguments arguments);

    // The same for clone(2), which the kernel begins again where it is interrupted. Takes a tracee whose options ask
    // for the event (PTRACE_O_TRACECLONE, PTRACE_O_TRACEVFORK). `meanwhile` gets the id of what was made, which is
    // traced with the same options and has not run yet; until it returns, the thread stands in the middle of the call.
    // It must not throw.
    using Meanwhile = std::function<void(pid_t made)>;
    std::int64_t cloning_call(long number, Arguments arguments, Meanwhile meanwhile);

    // Copies `text` and a zero to the thread's stack, where it stays as long as this object. Throws base::Error if
    // there is no room for more.
    RemoteAddr push(std::string_view text);

private:
    [[nodiscard]] Registers prepare(Arguments arguments) const;
    void begin(RemoteAddr function, Arguments arguments);
    void begin_system_call(long number, Arguments arguments);
    // Runs to a system call: where it begins, or where it ends.
    Registers run_to_system_call(Deadline deadline);
    std::uint64_t run_to_end(Deadline deadline);
    // From the beginning of a system call to behind it, where the registers can be set as one likes.
    Registers run_behind(Deadline deadline);
    [[nodiscard]] bool has_ended(const Registers& registers) const;
    [[nodiscard]] bool opens(const Registers& registers, std::string_view path) const;
    void yield_instead(int fd, Deadline deadline);
    [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + limit_; }
    // Throws if it ended or did not stop within the limit.
    WaitStatus next_stop(Deadline deadline);
    void hold_or_throw(const WaitStatus& status, const Registers& registers);

    Tracee& tracee_;
    const RemoteMemory& memory_;
    SavedRegisters& saved_;
    CallCode code_;
    RemoteAddr room_;
    std::chrono::milliseconds limit_;
    std::vector<int> held_;
    Meanwhile meanwhile_;
};

}  // namespace memray::ptrace

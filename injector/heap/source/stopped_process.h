// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A process of which all threads stand still, as ptrace(2) has it: nothing of it is changed, and the end of this
// process, in whatever way, lets it go on as well.
//
// What it was in the middle of goes on as after any stop: a process that job control has stopped stays stopped, signals
// get through, system calls begin again but for those that the kernel lets end with EINTR (epoll_wait and its like).
//
// Used by one thread, which is the tracer.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "injector/heap/source/thread_state.h"
#include "injector/ptrace/tracee.h"

namespace memray::heap {

class StoppedProcess {
public:
    // Also threads that start meanwhile. Throws base::Error if it may not be traced, or has ended.
    explicit StoppedProcess(pid_t pid);
    // release()
    ~StoppedProcess();
    StoppedProcess(const StoppedProcess&) = delete;
    StoppedProcess& operator=(const StoppedProcess&) = delete;

    // Those that stand still. Whoever makes one run stops it again.
    [[nodiscard]] std::vector<ptrace::Tracee>& threads() noexcept { return threads_; }
    // Those that have not stopped yet: in the kernel, in the middle of something that cannot be interrupted (vfork, a
    // slow disk). They stop before they come back to the program.
    [[nodiscard]] std::vector<pid_t> late() const;
    // Of all, late ones included, without names.
    [[nodiscard]] std::vector<ThreadState> states() const;

    // Lets all go that stand still. How long the first one has stood.
    std::chrono::microseconds release() noexcept;
    // After that: lets those go that were late and have stopped by now. False if there are more.
    bool release_late() noexcept;

private:
    void stop_all();
    bool seize_new();
    void await_stops();
    // False if it has yet to stop.
    bool await_stop(ptrace::Tracee& thread, ptrace::Deadline deadline);

    pid_t pid_;
    std::vector<ptrace::Tracee> pending_;  // interrupted; those that are late, when all others have stopped
    std::vector<ptrace::Tracee> threads_;
    std::chrono::steady_clock::time_point begin_;
};

}  // namespace memray::heap

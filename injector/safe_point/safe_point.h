// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Stops one thread of a running process where functions of the loader and the C library may be called. The others keep
// running, so locks that they hold are released.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "injector/ptrace/tracee.h"
#include "injector/safe_point/code_map.h"
#include "injector/safe_point/target_code.h"
#include "injector/safe_point/unwinder.h"

namespace memray::safe_point {

class SafePoint {
public:
    // All must outlive it.
    SafePoint(const ptrace::RemoteMemory& memory, const CodeMap& code, Unwinder& unwinder, TargetCode& target_code)
        : memory_(memory), code_(code), unwinder_(unwinder), target_code_(target_code) {}

    // The stopped thread; it is detached on destruction. Lets a thread run that is in the middle of something, and
    // tries others, until the deadline. Throws base::Error that says what each was doing.
    [[nodiscard]] ptrace::Tracee reach(pid_t pid, ptrace::Deadline deadline);

    // Waits for threads that would not stop and lets them go: the last thing that a process does which has used this.
    static void let_go_of_stuck_threads();

    // When the thread that reach() returned was stopped, and how often threads were looked at.
    [[nodiscard]] ptrace::Deadline stopped_at() const noexcept { return stopped_at_; }
    [[nodiscard]] int looks() const noexcept { return looks_; }

private:
    bool try_thread(ptrace::Tracee& thread, ptrace::Deadline deadline);
    bool walk_to_safety(ptrace::Tracee& thread, ptrace::Deadline deadline);
    [[nodiscard]] std::string describe_threads() const;
    // False if it ended or does not stop.
    bool stop(ptrace::Tracee& thread);
    bool await_stop(ptrace::Tracee& thread);
    // Stopped afterwards, in that frame unless it takes long; false if it ended or does not stop, or cannot be seen
    // there.
    bool run_to(ptrace::Tracee& thread, const StackFrame& frame);
    bool await_detour(ptrace::Tracee& thread, const StackFrame& frame, const ptrace::Detour& detour);
    void step_out(ptrace::Tracee& thread, const StackFrame& frame, const ptrace::Detour& detour);
    bool is_safe(const ptrace::Tracee& thread);

    const ptrace::RemoteMemory& memory_;
    const CodeMap& code_;
    Unwinder& unwinder_;
    TargetCode& target_code_;
    std::string reason_;                  // why the last thread was not safe
    std::map<pid_t, std::string> doing_;  // the last reason of each
    std::optional<StackFrame> leave_;
    ptrace::Deadline stopped_at_;
    int looks_{0};
};

}  // namespace memray::safe_point

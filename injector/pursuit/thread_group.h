// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The threads of a traced command. Any of them may execute the next program, so all are traced while it is not known
// to be Python; most commands have but one.
#pragma once

#include <vector>

#include "injector/ptrace/tracee.h"

namespace memray::pursuit {

class ThreadGroup {
public:
    // `leader` must outlive the group, and follow threads (kOptions).
    explicit ThreadGroup(ptrace::Tracee& leader) noexcept : leader_(leader) {}

    // PTRACE_O_* for the first thread of a command.
    static unsigned long options(bool follow_threads) noexcept;

    // The next thing that happens to the first thread; handles what happens to the others. An exec by any thread is one
    // of the first: it takes over the process.
    ptrace::WaitStatus wait();

    // Traces the first thread only, from now on; it must be stopped.
    void release_others();
    // Follows new threads again, after an exec: the others are gone.
    void follow_again();

private:
    void handle_others();
    // Lets a thread of the group run on.
    void pass(ptrace::Tracee& thread, const ptrace::WaitStatus& status);

    ptrace::Tracee& leader_;
    std::vector<ptrace::Tracee> others_;  // reaped before the leader can be
};

}  // namespace memray::pursuit

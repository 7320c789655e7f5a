// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A child process that waits to be traced before it executes a command.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "injector/base/child_process.h"
#include "injector/base/unique_fd.h"

namespace memray::pursuit {

class HeldCommand {
public:
    // Forks a child that will execute `path` with `argv`; its signal mask, dispositions, directory and descriptors are
    // the caller's (but for descriptors with the close-on-exec flag). Those are only its own from then on: the caller
    // closes them, and reads nothing from its standard input any more. `tracer`: a process that may trace it though it
    // is no ancestor (kernel.yama.ptrace_scope=1), 0 for none. Throws base::Error.
    HeldCommand(const std::string& path, const std::vector<std::string>& argv, pid_t tracer = 0);
    // A child that still waits ends, and is reaped.
    ~HeldCommand();
    HeldCommand(const HeldCommand&) = delete;
    HeldCommand& operator=(const HeldCommand&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return process_.id(); }
    // Lets it execute the command; from then on it is the caller's to reap.
    void go();
    // After go(): yields an int, the errno, if the exec failed; else ends with the exec.
    [[nodiscard]] base::UniqueFd take_exec_error() noexcept { return std::move(exec_error_); }

private:
    base::UniqueFd go_ahead_;
    base::UniqueFd reader_;  // of that
    base::UniqueFd exec_error_;
    base::ChildProcess process_;
};

// What such a descriptor yields; waits for it.
[[nodiscard]] int read_exec_error(const base::UniqueFd& exec_error);

}  // namespace memray::pursuit

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Starts a child process that is traced from before its first exec.
#pragma once

#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/ptrace/tracee.h"

namespace memray::pursuit {

struct Child {
    ptrace::Tracee tracee;      // killed and reaped on destruction; dies with us until detached
    base::UniqueFd exec_error;  // yields an int, the errno, if the exec failed; else ends with the exec
};

// Forks a child that executes `path` with `argv`; its signal mask, dispositions, directory and descriptors are the
// caller's (but for descriptors with the close-on-exec flag). Returns while the exec is under way: it is the first
// event that the tracee reports. Throws base::Error if tracing is forbidden; no process is left then.
[[nodiscard]] Child spawn(const std::string& path, const std::vector<std::string>& argv);

// The errno of a failed exec; 0 if it succeeded.
[[nodiscard]] int read_exec_error(const Child& child);

}  // namespace memray::pursuit

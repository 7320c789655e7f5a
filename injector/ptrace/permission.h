// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Why the kernel does not let us trace, in words that help.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "injector/base/error.h"

namespace memray::ptrace {

// What the system says about tracing.
struct TracePolicy {
    std::optional<int> yama_scope;  // /proc/sys/kernel/yama/ptrace_scope
    bool seccomp{false};            // this process runs under a seccomp filter
    pid_t other_tracer{0};          // of the thread in question
    std::string other_user{};       // whose process it is, if not ours
};

[[nodiscard]] TracePolicy read_trace_policy(pid_t thread);

// The line for PTRACE_SEIZE of `thread` failing with `number`.
[[nodiscard]] std::string explain_refusal(pid_t thread, int number, const TracePolicy& policy);

[[nodiscard]] base::Error permission_error(pid_t thread, int number);

}  // namespace memray::ptrace

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether functions of the loader and the C library can be called on top of a call stack: not while the thread is
// inside one that may hold a lock of those, or has their data half changed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "injector/safe_point/code_map.h"
#include "injector/safe_point/unwinder.h"

namespace memray::safe_point {

struct Verdict {
    bool safe{false};
    std::string reason;  // why not
    std::optional<StackFrame>
        leave;  // the frame to return to before it is worth looking again, if it can be waited for
};

struct StackFacts {
    CallStack stack;
    std::int64_t system_call{-1};  // the one it is blocked in, -1 if none
    std::function<CodeKind(RemoteAddr)> kind_at;
    // Whether the call that returns there is one that waits for the caller's affairs.
    std::function<bool(RemoteAddr)> waits_for_caller;
};

[[nodiscard]] Verdict judge_stack(const StackFacts& facts);

// A system call that waits for the outside world; neither allocator nor loader make it, or the loader is on the stack.
[[nodiscard]] bool waits_outside(std::int64_t system_call);
// One that the kernel does not restart: any stop makes it fail with EINTR.
[[nodiscard]] bool ends_when_stopped(std::int64_t system_call);

}  // namespace memray::safe_point

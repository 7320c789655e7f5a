// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A copy of a process (injected_clone.h) as long as this object lives. A thread of ours traces and holds it; it is
// killed with this process, too.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "injector/heap/source/thread_state.h"

namespace memray::heap {

// What is known of a process that stood still.
struct StandStill {
    std::vector<ThreadState> threads;    // without names
    std::size_t late{0};                 // of them had not stopped, in the middle of something in the kernel
    std::chrono::microseconds pause{0};  // how long the first of the others stood
};

class FrozenCopy {
public:
    // Throws base::Error if there can be none; the process runs on as if nothing had been.
    explicit FrozenCopy(pid_t pid);
    ~FrozenCopy();
    FrozenCopy(const FrozenCopy&) = delete;
    FrozenCopy& operator=(const FrozenCopy&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return made_.id; }
    [[nodiscard]] const StandStill& stand_still() const noexcept { return made_.stand_still; }

private:
    struct Made {
        pid_t id{0};
        StandStill stand_still;
    };
    static void make_and_hold(pid_t pid, std::promise<Made> made, const std::future<void>& end);

    std::promise<void> end_;
    std::thread tracer_;
    Made made_;
};

}  // namespace memray::heap

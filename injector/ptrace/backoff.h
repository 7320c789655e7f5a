// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Pauses of a loop that waits for a tracee. The kernel has no wait with a time limit that reports ptrace stops without
// taking over SIGCHLD. What we wait for mostly takes microseconds: yield first, then sleep.
#pragma once

#include <chrono>
#include <thread>

namespace memray::ptrace {

class Backoff {
public:
    void pause() {
        if (++rounds_ < kYields) {
            std::this_thread::yield();
        } else {
            std::this_thread::sleep_for(std::chrono::microseconds(rounds_ < kShortSleeps ? 50 : 2000));
        }
    }

private:
    static constexpr int kYields = 50;
    static constexpr int kShortSleeps = 250;
    int rounds_{0};
};

}  // namespace memray::ptrace

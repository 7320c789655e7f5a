// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The two futex calls of the protocol with the target. Shared futexes: the words lie in a mapping of two processes.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <ctime>

namespace memray::collector {

inline void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

// Returns when woken, after `timeout`, on a signal, or at once if the word is not `expected`.
inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::chrono::nanoseconds timeout) noexcept {
    const timespec time{timeout.count() / 1'000'000'000, timeout.count() % 1'000'000'000};
    ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &time, nullptr, 0);
}

}  // namespace memray::collector

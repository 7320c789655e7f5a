// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Waiting for the recorder without a system call. A program may have put itself under a filter (seccomp(2)) that kills
// it for a call which it never makes itself, and one without threads makes no futex call. So who waits spins. Only a
// thread that comes while another one spins sleeps: where two threads meet, the locks of the C library and of Python
// take that call, too, and many that spin would keep the recorder off the processors.
#pragma once

#include <atomic>
#include <cstdint>

#include "payload/syscalls.h"

namespace memray::payload {

// Whether a thread spins. In a forked child nobody does.
inline constinit std::atomic<std::uint32_t> spinning{0};

// Some hundred nanoseconds of this thread's own time: a `pause` takes from 10 to 140 cycles, depending on the
// processor, and the chain of multiplications about 400. No clock, which would run on while the process is stopped.
inline void pause_briefly() noexcept {
    std::uint64_t chain = 3;
    __asm__ volatile("pause");
    for (int i = 0; i < 128; ++i) { __asm__ volatile("imul %0, %0" : "+r"(chain)); }
}
inline constexpr std::int64_t kPauseNs = 150;

template <typename Word>
void spin_while(const Word& word, std::uint32_t expected, std::int64_t time_ns) noexcept {
    for (std::int64_t left = time_ns / kPauseNs; left > 0; --left) {
        if (static_cast<std::uint32_t>(word.load(std::memory_order_acquire)) != expected) { return; }
        pause_briefly();
    }
}

// Both wait until `word` is not `expected` any more, or for some `time_ns`, and return how long that was at most, in
// nanoseconds of this process's own: who adds them up gives up neither because of signals, which end a sleep, nor
// because the process was stopped meanwhile. Never 0, so that every wait ends.
//
// Asleep. After a signal nobody knows how long that was, so a moment of known length is added, and counts.
template <typename Word>
std::int64_t sleep_while(const Word& word, std::uint32_t expected, std::int64_t time_ns) noexcept {
    constexpr std::int64_t kMomentNs = 1'000'000;
    if (futex_wait(word, expected, time_ns) == -ETIMEDOUT) { return time_ns; }
    spin_while(word, expected, kMomentNs);
    return kMomentNs;
}

// Afterwards this may be another process: a child that a signal handler has forked. It is not armed, and must leave
// what it shares with its parent as it is.
template <typename Word>
std::int64_t wait_while(const Word& word, std::uint32_t expected, std::int64_t time_ns) noexcept {
    if (spinning.exchange(1, std::memory_order_relaxed) != 0) { return sleep_while(word, expected, time_ns); }
    spin_while(word, expected, time_ns);
    spinning.store(0, std::memory_order_relaxed);
    return time_ns;
}

}  // namespace memray::payload

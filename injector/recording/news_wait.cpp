// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/news_wait.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

namespace memray::recording {
namespace {

constexpr std::uint32_t kWord32 = 2;     // FUTEX_32
constexpr std::size_t kMostWords = 128;  // FUTEX_WAITV_MAX
constexpr std::chrono::milliseconds kPolling{1};

std::atomic<std::uint32_t> child_signals{0};

// Any thread may get it; the one that waits must wake up.
void count_signal(int /*number*/) {
    const int saved = errno;
    child_signals.fetch_add(1, std::memory_order_release);
    ::syscall(SYS_futex, &child_signals, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    errno = saved;
}

timespec after(std::chrono::milliseconds time) {
    timespec moment{};
    ::clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_nsec += time.count() % 1000 * 1'000'000;
    moment.tv_sec += time.count() / 1000 + moment.tv_nsec / 1'000'000'000;
    moment.tv_nsec %= 1'000'000'000;
    return moment;
}

}  // namespace

NewsWait::NewsWait() {
    struct sigaction action {};
    action.sa_handler = count_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGCHLD, &action, nullptr);
}

NewsWait::~NewsWait() { ::signal(SIGCHLD, SIG_DFL); }

void NewsWait::begin_look() { signals_ = child_signals.load(std::memory_order_acquire); }

void NewsWait::watch(const std::atomic<std::uint32_t>& word, std::uint32_t seen) {
    words_.push_back({seen, reinterpret_cast<std::uint64_t>(&word), kWord32, 0});
}

void NewsWait::wait(std::chrono::milliseconds time) {
    words_.insert(words_.begin(), {signals_, reinterpret_cast<std::uint64_t>(&child_signals), kWord32, 0});
    const bool all = words_.size() <= kMostWords;
    const timespec limit = after(all ? time : std::min(time, kPolling));
    const long result =
        ::syscall(SYS_futex_waitv, words_.data(), std::min(words_.size(), kMostWords), 0, &limit, CLOCK_MONOTONIC);
    if (result < 0 && errno != ETIMEDOUT && errno != EAGAIN && errno != EINTR) {
        const timespec pause{0, std::chrono::nanoseconds(kPolling).count()};
        ::nanosleep(&pause, nullptr);
    }
    words_.clear();
}

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/forwarded_signals.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "injector/recording/shared_stop.h"

namespace memray::recording {
namespace {

std::atomic<pid_t> target_pid{0};
std::atomic<int> target_pidfd{-1};
std::atomic<const GroupWatch*> group{nullptr};

// si_code > 0: sent by the kernel, that is by the terminal to its whole foreground group; but for a hang-up, of which
// only the leader of the session hears (setsid(2); drivers/tty/tty_io.c: tty_signal_session_leader).
bool target_has_it_already(int number, const siginfo_t& info) {
    // Before it is taken note of: the group's own may come as well.
    if (number == SIGCONT && is_waker(info.si_pid)) { return true; }
    const bool to_group = group.load(std::memory_order_relaxed)->take(number);
    if (info.si_code > 0) { return number != SIGHUP || ::getsid(0) != ::getpid(); }
    // The target may signal its whole group.
    return to_group || info.si_pid == target_pid.load(std::memory_order_relaxed);
}

void forward(int number, siginfo_t* info, void* /*context*/) {
    if (target_has_it_already(number, *info)) { return; }
    const int saved = errno;
    ::syscall(SYS_pidfd_send_signal, target_pidfd.load(std::memory_order_relaxed), number, nullptr, 0);
    errno = saved;
}

}  // namespace

ForwardedSignals::ForwardedSignals(pid_t pid, int pidfd) {
    target_pid = pid;
    target_pidfd = pidfd;
    group = &group_;
    struct sigaction action {};
    action.sa_sigaction = forward;
    action.sa_flags = SA_SIGINFO;  // no SA_RESTART: waiting ends when a signal arrives
    ::sigfillset(&action.sa_mask);
    // Those, too, that are ignored here: the target may have its own mind about them.
    for (std::size_t i = 0; i < kSignals.size(); ++i) { ::sigaction(kSignals[i], &action, &previous_[i]); }
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &previous_pipe_);
}

ForwardedSignals::~ForwardedSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) { ::sigaction(kSignals[i], &previous_[i], nullptr); }
    ::sigaction(SIGPIPE, &previous_pipe_, nullptr);
}

}  // namespace memray::recording

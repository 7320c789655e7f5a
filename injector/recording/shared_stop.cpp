// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/shared_stop.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>

#include "injector/base/child_process.h"
#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/recording/status_text.h"

namespace memray::recording {
namespace {

constexpr timespec kBetweenLooks{0, 20'000'000};

std::atomic<pid_t> waker{0};

// 't': it is traced, as what --exec runs until it is Python.
bool is_stopped(const StatusPath& path) noexcept {
    const StatusText status(path);
    const char* state = status.field("State");
    return state != nullptr && (*state == 'T' || *state == 't');
}

// Looks again and again: it may be here before its parent stops. In a fork of what may have threads: system calls only.
int wake_parent_with(pid_t parent, pid_t target) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "stop-watch");
    base::close_all_but({});
    base::close_standard_streams();
    const StatusPath parent_status = status_path(parent);
    const StatusPath target_status = status_path(target);
    while (::getppid() == parent) {
        if (!is_stopped(target_status) && is_stopped(parent_status)) { ::kill(parent, SIGCONT); }
        ::nanosleep(&kBetweenLooks, nullptr);
    }
    return 0;
}

// By the very signal: the shell tells by which one.
void stop_by(int signal) {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    struct sigaction before {};
    ::sigaction(signal, &by_default, &before);
    sigset_t only;
    sigset_t mask;
    ::sigemptyset(&only);
    ::sigaddset(&only, signal);
    ::sigprocmask(SIG_UNBLOCK, &only, &mask);
    ::raise(signal);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::sigaction(signal, &before, nullptr);
}

}  // namespace

void stop_with(pid_t target, int signal) {
    base::ChildProcess process;
    try {
        process =
            base::ChildProcess::shielded([parent = ::getpid(), target] { return wake_parent_with(parent, target); });
    } catch (const base::Error&) { return; }  // better than to stop for ever
    waker = process.id();
    stop_by(signal);
    process.kill(SIGKILL);
    process.wait();
}

bool is_waker(pid_t sender) noexcept { return sender == waker.load(std::memory_order_relaxed); }

}  // namespace memray::recording

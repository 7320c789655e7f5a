// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/thread_group.h"

#include <sys/ptrace.h>

#include <algorithm>
#include <utility>

#include "injector/base/error.h"
#include "injector/ptrace/backoff.h"

namespace memray::pursuit {

using ptrace::Tracee;
using ptrace::WaitKind;
using ptrace::WaitStatus;

unsigned long ThreadGroup::options(bool follow_threads) noexcept {
    constexpr unsigned long kAlways = PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    return follow_threads ? kAlways | PTRACE_O_TRACECLONE : kAlways;
}

WaitStatus ThreadGroup::wait() {
    ptrace::Backoff backoff;
    for (;;) {
        // waitpid for one thread or for every child of ours, nothing between: with several threads, ask each.
        const auto status = others_.empty() ? leader_.wait() : leader_.poll();
        if (status && status->kind() == WaitKind::kClone) {
            pass(leader_, *status);
        } else if (status) {
            return *status;
        }
        if (!leader_.attached()) { throw base::Error("The command vanished while it was traced"); }
        handle_others();
        if (!status) { backoff.pause(); }
    }
}

void ThreadGroup::handle_others() {
    // NOLINTNEXTLINE(modernize-loop-convert): the vector may grow
    for (std::size_t index = 0; index < others_.size(); ++index) {
        Tracee thread = std::move(others_[index]);
        const auto status = thread.poll();
        if (status) { pass(thread, *status); }
        others_[index] = std::move(thread);  // pass() may have added to the vector
    }
    std::erase_if(others_, [](const Tracee& thread) { return !thread.attached(); });
}

void ThreadGroup::pass(Tracee& thread, const WaitStatus& status) {
    switch (status.kind()) {
        case WaitKind::kExited:
        case WaitKind::kKilled:
            return;
        case WaitKind::kClone:
            others_.push_back(Tracee::adopt(thread.event_message(), ptrace::OnDestroy::kKill));
            return thread.resume();
        case WaitKind::kSignal:
            return thread.resume(status.code());
        case WaitKind::kGroupStop:
            return thread.listen();
        default:
            return thread.resume();
    }
}

void ThreadGroup::release_others() {
    leader_.set_options(options(false));
    for (Tracee& thread : others_) {
        thread.interrupt();
        const WaitStatus status = thread.wait();
        if (!status.ended()) { thread.detach(status.kind() == WaitKind::kSignal ? status.code() : 0); }
    }
    others_.clear();
}

void ThreadGroup::follow_again() {
    handle_others();
    leader_.set_options(options(true));
}

}  // namespace memray::pursuit

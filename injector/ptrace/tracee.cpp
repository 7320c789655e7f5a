// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/tracee.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <string>
#include <utility>

#include "injector/base/error.h"
#include "injector/ptrace/backoff.h"
#include "injector/ptrace/permission.h"

namespace memray::ptrace {
namespace {

constexpr unsigned long kAlways = PTRACE_O_TRACESYSGOOD;  // tells WaitKind::kSystemCall from a SIGTRAP

// Returns the id, 0 (WNOHANG: nothing yet) or throws.
pid_t wait_for(pid_t id, int& raw, int flags) {
    for (;;) {
        const pid_t result = ::waitpid(id, &raw, __WALL | flags);
        if (result >= 0) { return result; }
        if (errno != EINTR) { throw base::system_error("waiting for process " + std::to_string(id)); }
    }
}

}  // namespace

Tracee Tracee::seize(pid_t thread, unsigned long options, OnDestroy on_destroy) {
    if (::ptrace(PTRACE_SEIZE, thread, nullptr, options | kAlways) != 0) { throw permission_error(thread, errno); }
    return {thread, on_destroy};
}

Tracee::Tracee(Tracee&& other) noexcept
    : id_(other.id_),
      on_destroy_(other.on_destroy_),
      attached_(std::exchange(other.attached_, false)),
      stopped_(other.stopped_) {}

Tracee& Tracee::operator=(Tracee&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(on_destroy_, other.on_destroy_);
    std::swap(attached_, other.attached_);
    std::swap(stopped_, other.stopped_);
    return *this;
}

Tracee::~Tracee() {
    if (!attached_) { return; }
    if (on_destroy_ == OnDestroy::kKill) {
        kill_and_reap();
    } else {
        detach_quietly();
    }
}

WaitStatus Tracee::note(int raw) noexcept {
    const WaitStatus status(raw);
    stopped_ = !status.ended();
    if (status.ended()) { attached_ = false; }
    return status;
}

WaitStatus Tracee::wait() {
    int raw = 0;
    wait_for(id_, raw, 0);
    return note(raw);
}

std::optional<WaitStatus> Tracee::wait_until(Deadline deadline) {
    Backoff backoff;
    int raw = 0;
    while (wait_for(id_, raw, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() >= deadline) { return std::nullopt; }
        backoff.pause();
    }
    return note(raw);
}

void Tracee::control(int request, unsigned long data, const char* name) {
    if (::ptrace(static_cast<__ptrace_request>(request), id_, nullptr, data) == 0) { return; }
    // ESRCH also means: killed in the meantime. Its end is what wait() reports next.
    if (errno == ESRCH && request != PTRACE_DETACH) { return; }
    throw base::system_error(std::string(name) + " of process " + std::to_string(id_));
}

void Tracee::interrupt() { control(PTRACE_INTERRUPT, 0, "PTRACE_INTERRUPT"); }

void Tracee::go_on(int request, int signal, const char* name) {
    assert(stopped_);  // else ESRCH, which would be taken for its end
    stopped_ = false;
    control(request, static_cast<unsigned long>(signal), name);
}

void Tracee::resume(int signal) { go_on(PTRACE_CONT, signal, "PTRACE_CONT"); }

void Tracee::step(int signal) { go_on(PTRACE_SINGLESTEP, signal, "PTRACE_SINGLESTEP"); }

void Tracee::resume_to_system_call(int signal) { go_on(PTRACE_SYSCALL, signal, "PTRACE_SYSCALL"); }

void Tracee::listen() { go_on(PTRACE_LISTEN, 0, "PTRACE_LISTEN"); }

void Tracee::detach(int signal) {
    control(PTRACE_DETACH, static_cast<unsigned long>(signal), "PTRACE_DETACH");
    attached_ = false;
}

void Tracee::set_options(unsigned long options) { control(PTRACE_SETOPTIONS, options | kAlways, "PTRACE_SETOPTIONS"); }

pid_t Tracee::event_message() const {
    unsigned long id = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, id_, nullptr, &id) != 0) {
        throw base::system_error("PTRACE_GETEVENTMSG of process " + std::to_string(id_));
    }
    return static_cast<pid_t>(id);
}

siginfo_t Tracee::signal_info() const {
    siginfo_t info{};
    if (::ptrace(PTRACE_GETSIGINFO, id_, nullptr, &info) != 0) {
        throw base::system_error("PTRACE_GETSIGINFO of process " + std::to_string(id_));
    }
    return info;
}

bool Tracee::has_pending(int signal) const noexcept {
    std::array<siginfo_t, 32> pending{};
    const __ptrace_peeksiginfo_args range{0, 0, pending.size()};
    const auto request = static_cast<__ptrace_request>(PTRACE_PEEKSIGINFO);
    const long count = ::ptrace(request, id_, &range, pending.data());
    return std::any_of(pending.begin(), pending.begin() + std::max(count, 0L),
                       [signal](const siginfo_t& info) { return info.si_signo == signal; });
}

void Tracee::kill_and_reap() noexcept {
    ::kill(id_, SIGKILL);
    int raw = 0;
    for (;;) {
        const pid_t result = ::waitpid(id_, &raw, __WALL);
        if (result < 0 && errno == EINTR) { continue; }
        if (result < 0 || WIFEXITED(raw) || WIFSIGNALED(raw)) { break; }
    }
    attached_ = false;
}

void Tracee::detach_quietly() noexcept {
    if (!stopped_) {
        ::ptrace(PTRACE_INTERRUPT, id_, nullptr, nullptr);
        int raw = 0;
        while (::waitpid(id_, &raw, __WALL) < 0 && errno == EINTR) {}
    }
    ::ptrace(PTRACE_DETACH, id_, nullptr, nullptr);
    attached_ = false;
}

}  // namespace memray::ptrace

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One traced thread. All calls, the destructor included, must come from the thread that called seize(): that is how
// the kernel has it. Most need the tracee stopped, which is the case after wait() returned anything but an end.
//
// On destruction a tracee that is still attached is let go as OnDestroy says: detached, running on as if nothing had
// been (what was changed in it must be undone before), or killed and reaped: its whole process, of which the first
// thread, if that is another one, stays to be reaped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "injector/ptrace/wait_status.h"

namespace memray::ptrace {

using Deadline = std::chrono::steady_clock::time_point;

enum class OnDestroy { kDetach, kKill };

class Tracee {
public:
    // Attaches without stopping the thread. `options` are PTRACE_O_*. Throws base::Error that says what forbids it.
    static Tracee seize(pid_t thread, unsigned long options, OnDestroy on_destroy);

    // A thread or process that is attached already, with its maker's options.
    static Tracee adopt(pid_t thread, OnDestroy on_destroy) noexcept { return {thread, on_destroy}; }

    Tracee(Tracee&& other) noexcept;
    Tracee& operator=(Tracee&& other) noexcept;
    Tracee(const Tracee&) = delete;
    Tracee& operator=(const Tracee&) = delete;
    ~Tracee();

    [[nodiscard]] pid_t id() const noexcept { return id_; }
    [[nodiscard]] bool attached() const noexcept { return attached_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

    // The next thing that happens to it, however long that takes.
    WaitStatus wait();
    // The same, nothing if the deadline passes first.
    std::optional<WaitStatus> wait_until(Deadline deadline);

    // What waitpid(2) reported of it to somebody who waits for all.
    WaitStatus note(int raw) noexcept;
    // It is gone, or traced through another object.
    void forget() noexcept { attached_ = false; }

    void interrupt();
    void resume(int signal = 0);
    void step(int signal = 0);
    // Stops with WaitKind::kSystemCall where the next system call begins, or the one that has begun ends.
    void resume_to_system_call(int signal = 0);
    // Leaves a group stop in force, but goes on reporting.
    void listen();
    void detach(int signal = 0);

    // PTRACE_O_*, instead of those that it has.
    void set_options(unsigned long options);

    // After kClone, kFork, kVfork: the id of what was made; after kExec: the id that the thread had before.
    [[nodiscard]] pid_t event_message() const;
    // Of the signal that it stopped for.
    [[nodiscard]] siginfo_t signal_info() const;
    // Whether the stopped thread has yet to be told of a signal that was sent to it alone.
    [[nodiscard]] bool has_pending(int signal) const noexcept;

private:
    Tracee(pid_t id, OnDestroy on_destroy) noexcept : id_(id), on_destroy_(on_destroy) {}
    void control(int request, unsigned long data, const char* name);
    void go_on(int request, int signal, const char* name);
    void kill_and_reap() noexcept;
    void detach_quietly() noexcept;

    pid_t id_;
    OnDestroy on_destroy_;
    bool attached_{true};
    bool stopped_{false};
};

}  // namespace memray::ptrace

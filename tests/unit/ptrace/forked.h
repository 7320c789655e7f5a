// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A traced child that runs a function of the test program, at the addresses that it has here.
#pragma once

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <new>

#include "injector/ptrace/tracee.h"

namespace memray::ptrace::tests {

// Memory that both sides see.
struct Shared {
    std::atomic<int> ready{0};
    std::atomic<int> go{0};
    std::atomic<int> signals{0};
    std::atomic<std::uint64_t> value{0};
};

class Forked {
public:
    // The child sets `ready` when it is where the test wants it.
    template <typename Function>
    explicit Forked(Function function)
        : shared_(new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                      Shared),
          pid_(::fork()) {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::_exit(function(*shared_));
        }
        while (shared_->ready.load() == 0) { ::poll(nullptr, 0, 1); }
    }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;
    ~Forked() {
        if (!reaped_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, __WALL);
        }
        ::munmap(shared_, sizeof(Shared));
    }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] Shared& shared() noexcept { return *shared_; }
    [[nodiscard]] Tracee stop(OnDestroy on_destroy = OnDestroy::kDetach) const {
        Tracee tracee = Tracee::seize(pid_, 0, on_destroy);
        tracee.interrupt();
        tracee.wait();
        return tracee;
    }
    // The exit status, or 128 and the signal.
    int join() {
        int status = 0;
        ::waitpid(pid_, &status, __WALL);
        reaped_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    // Somebody else has waited for it.
    void mark_reaped() noexcept { reaped_ = true; }

private:
    Shared* shared_;
    pid_t pid_;
    bool reaped_{false};
};

// Spins until `go`.
inline int spin(Shared& shared) {
    shared.ready = 1;
    while (shared.go.load() == 0) {}
    return 0;
}

}  // namespace memray::ptrace::tests

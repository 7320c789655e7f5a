// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Child processes of ours, and the lines to them. Every fork of this program is made here.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <utility>

#include "injector/base/unique_fd.h"

namespace memray::base {

// pipe2(2), close-on-exec. Throws Error.
struct Pipe {
    Pipe();
    UniqueFd reader;
    UniqueFd writer;
};

// socketpair(2) of Unix sockets of this type (SOCK_STREAM, SOCK_SEQPACKET), close-on-exec. Throws Error.
struct SocketPair {
    explicit SocketPair(int type);
    UniqueFd ours;
    UniqueFd theirs;
};

// Move-only. Whoever does not wait() leaves a zombie until this process ends.
class ChildProcess {
public:
    ChildProcess() = default;  // none
    // fork(2). The child runs `work` and ends by _exit(2) with what it returns, with 1 if it throws: no destructor of
    // this process runs there, and nothing that this one has buffered is written. Throws Error if there can be no
    // process. In a process with threads `work` may make system calls only (signal-safety(7)).
    explicit ChildProcess(const std::function<int()>& work);
    // The same, but all signals are blocked in the child from its beginning, so that none that its process group gets
    // ends or stops it.
    [[nodiscard]] static ChildProcess shielded(const std::function<int()>& work);
    ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept {
        pid_ = std::exchange(other.pid_, 0);
        return *this;
    }

    [[nodiscard]] pid_t id() const noexcept { return pid_; }
    // There is one, and it was not waited for.
    explicit operator bool() const noexcept { return pid_ != 0; }

    // Waits for its end. The status is that of waitpid(2); 0 if there is none.
    int wait() noexcept;
    // The same, if it has ended. It counts as ended, too, when it was reaped for this process elsewhere.
    std::optional<int> try_wait() noexcept;
    // kill(2), if there is one.
    void kill(int signal) const noexcept;

private:
    pid_t pid_{0};
};

}  // namespace memray::base

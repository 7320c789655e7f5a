// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/child_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>

#include "injector/base/error.h"

namespace memray::base {

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { throw system_error("creating a pipe"); }
    reader.reset(ends[0]);
    writer.reset(ends[1]);
}

SocketPair::SocketPair(int type) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw system_error("creating a socket pair");
    }
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
}

ChildProcess::ChildProcess(const std::function<int()>& work) : pid_(::fork()) {
    if (pid_ < 0) { throw system_error("creating a process"); }
    if (pid_ > 0) { return; }
    int code = 1;
    try {
        code = work();
    } catch (const std::exception&) {}  // whoever has something to say of it has said it
    ::_exit(code);
}

ChildProcess ChildProcess::shielded(const std::function<int()>& work) {
    const struct Shield {
        Shield() {
            sigset_t all;
            ::sigfillset(&all);
            ::sigprocmask(SIG_SETMASK, &all, &before);
        }
        ~Shield() { ::sigprocmask(SIG_SETMASK, &before, nullptr); }
        sigset_t before;
    } shield;
    return ChildProcess(work);
}

int ChildProcess::wait() noexcept {
    int status = 0;
    while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = 0;
    return status;
}

std::optional<int> ChildProcess::try_wait() noexcept {
    int status = 0;
    if (pid_ <= 0) { return std::nullopt; }
    const pid_t result = ::waitpid(pid_, &status, WNOHANG);
    if (result != pid_ && !(result < 0 && errno == ECHILD)) { return std::nullopt; }
    pid_ = 0;
    return status;
}

void ChildProcess::kill(int signal) const noexcept {
    if (pid_ > 0) { ::kill(pid_, signal); }
}

}  // namespace memray::base

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/spawn.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "injector/base/error.h"
#include "injector/session/thread_group.h"

namespace memray::session {
namespace {

struct Pipe {
    base::UniqueFd reader;
    base::UniqueFd writer;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { throw base::system_error("creating a pipe"); }
    return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

std::vector<char*> pointers_to(const std::vector<std::string>& argv) {
    std::vector<char*> result;
    for (const std::string& argument : argv) { result.push_back(const_cast<char*>(argument.c_str())); }
    result.push_back(nullptr);
    return result;
}

// In the child of what may be a process with threads: system calls only.
[[noreturn]] void execute(const char* path, char* const* argv, int go_ahead, int go_ahead_writer, int exec_error) {
    ::close(go_ahead_writer);  // or the death of the parent would go unnoticed
    char byte = 0;
    ssize_t count = 0;
    do { count = ::read(go_ahead, &byte, 1); } while (count < 0 && errno == EINTR);
    if (count == 1) {
        ::execvp(path, argv);  // with a slash in the path it searches nothing, but runs scripts without "#!", too
        const int error = errno;
        static_cast<void>(::write(exec_error, &error, sizeof error));
    }
    ::_exit(127);
}

void reap(pid_t pid) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
}

// The child has done nothing yet but wait for the go-ahead, which it does not get if tracing is forbidden.
ptrace::Tracee seize_or_reap(pid_t pid, base::UniqueFd& go_ahead) {
    try {
        return ptrace::Tracee::seize(pid, ThreadGroup::options(true), ptrace::OnDestroy::kKill);
    } catch (const base::Error&) {
        go_ahead.reset();
        reap(pid);
        throw;
    }
}

}  // namespace

Child spawn(const std::string& path, const std::vector<std::string>& argv) {
    const std::vector<char*> arguments = pointers_to(argv);
    Pipe go_ahead = make_pipe();
    Pipe exec_error = make_pipe();
    const pid_t pid = ::fork();
    if (pid < 0) { throw base::system_error("creating a process"); }
    if (pid == 0) {
        execute(path.c_str(), arguments.data(), go_ahead.reader.get(), go_ahead.writer.get(), exec_error.writer.get());
    }
    Child child{seize_or_reap(pid, go_ahead.writer), std::move(exec_error.reader)};
    // Our end of the other pipe is still open, so this cannot raise SIGPIPE.
    if (::write(go_ahead.writer.get(), "g", 1) != 1) { throw base::system_error("starting the process"); }
    return child;
}

int read_exec_error(const Child& child) {
    int error = 0;
    const ssize_t count = ::read(child.exec_error.get(), &error, sizeof error);
    return count == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace memray::session

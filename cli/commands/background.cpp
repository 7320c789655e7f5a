// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/background.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/unique_fd.h"

namespace memray::cli {
namespace {

constexpr char kReady = '+';

// An exit code and a message, or kReady.
bool report(int fd, const std::string& text) {
    try {
        base::write_all(fd, text);
        return true;
    } catch (const base::Error&) { return false; }
}

[[noreturn]] void run_child(base::UniqueFd status, const std::function<void()>& prepare,
                            const std::function<void()>& work, const std::function<void()>& abandon) {
    ::setsid();
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    try {
        prepare();
    } catch (const base::Error& error) {
        report(status.get(), static_cast<char>('0' + error.exit_code()) + std::string(error.what()));
        ::_exit(1);
    }
    const bool wanted = report(status.get(), std::string(1, kReady));
    status.reset();
    try {
        if (!wanted) {
            abandon();
            ::_exit(1);
        }
        base::close_standard_streams();
        static_cast<void>(::chdir("/"));
        work();
    } catch (const base::Error&) { ::_exit(1); }
    ::_exit(0);
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) { continue; }
        if (count <= 0) { return text; }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

void run_in_background(const std::function<void()>& prepare, const std::function<void()>& work,
                       const std::function<void()>& abandon) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { throw base::system_error("creating a pipe"); }
    base::UniqueFd reading(ends[0]);
    base::UniqueFd writing(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) { throw base::system_error("creating a process"); }
    if (pid == 0) {
        reading.reset();
        run_child(std::move(writing), prepare, work, abandon);
    }
    writing.reset();
    const std::string status = read_all(reading.get());
    if (status.empty()) { throw base::Error("The recording process died"); }
    if (status[0] != kReady) { throw base::Error(status.substr(1), status[0] - '0'); }
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/background.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "injector/base/child_process.h"
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

int run_child(base::UniqueFd status, const std::function<void()>& prepare, const std::function<void()>& work,
              const std::function<void()>& abandon) {
    ::setsid();
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    try {
        prepare();
    } catch (const base::Error& error) {
        report(status.get(), static_cast<char>('0' + error.exit_code()) + std::string(error.what()));
        return 1;
    }
    const bool wanted = report(status.get(), std::string(1, kReady));
    status.reset();
    try {
        if (!wanted) {
            abandon();
            return 1;
        }
        base::close_standard_streams();
        static_cast<void>(::chdir("/"));
        work();
    } catch (const base::Error&) { return 1; }
    return 0;
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
    base::Pipe status_line;
    const base::ChildProcess child([&] {
        status_line.reader.reset();
        return run_child(std::move(status_line.writer), prepare, work, abandon);
    });
    status_line.writer.reset();
    const std::string status = read_all(status_line.reader.get());
    if (status.empty()) { throw base::Error("The recording process died"); }
    if (status[0] != kReady) { throw base::Error(status.substr(1), status[0] - '0'); }
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/view_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/live/view.h"
#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

// False if the recorder has gone before it said anything: it will tell the user why.
bool wait_for_recorder(int socket) {
    pollfd waiting{socket, POLLIN, 0};
    while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {}
    char byte = 0;
    return ::recv(socket, &byte, 1, MSG_PEEK) == 1;
}

[[noreturn]] void run_view(base::UniqueFd socket, const std::string& output_path) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    int code = 0;
    try {
        if (wait_for_recorder(socket.get())) { live::View(std::move(socket), {output_path}).run(); }
    } catch (const std::exception& error) {
        base::tell(error.what());
        code = 1;
    }
    std::fflush(nullptr);
    ::_exit(code);
}

}  // namespace

void require_terminal(const std::string& command) {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
        throw base::Error(command + " needs a terminal as standard input and output");
    }
    live::Screen::require_known_terminal();
}

ViewProcess::ViewProcess(const std::string& output_path) {
    ::tcgetattr(STDIN_FILENO, &before_);
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw base::system_error("creating a socket pair");
    }
    socket_.reset(ends[0]);
    base::UniqueFd theirs(ends[1]);
    std::fflush(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) { throw base::system_error("creating a process"); }
    if (pid_ == 0) {
        socket_.reset();
        base::close_inherited();
        run_view(std::move(theirs), output_path);
    }
}

ViewProcess::~ViewProcess() {
    if (pid_ == 0) { return; }
    socket_.reset();
    ::kill(pid_, SIGTERM);
    wait();
}

bool ViewProcess::has_ended() {
    if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) { forget(); }
    return pid_ == 0;
}

void ViewProcess::wait() {
    if (pid_ == 0) { return; }
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
    forget();
}

// Even if it was killed.
void ViewProcess::forget() {
    pid_ = 0;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

}  // namespace memray::cli

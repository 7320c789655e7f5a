// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/view_process.h"

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

#include "cli/live/watch.h"
#include "injector/base/descriptors.h"
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

// Ctrl-C is for whoever records: a screen reads it as a key, and text ends with the recording.
int run_view(base::UniqueFd socket, const std::string& output_path, std::FILE* text) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    std::signal(SIGINT, SIG_IGN);
    int code = 0;
    try {
        if (wait_for_recorder(socket.get())) { live::watch(std::move(socket), {output_path}, text); }
    } catch (const std::exception& error) {
        base::tell(error.what());
        code = 1;
    }
    std::fflush(nullptr);
    return code;
}

}  // namespace

ViewProcess::ViewProcess(const std::string& output_path, std::FILE* text) {
    ::tcgetattr(STDIN_FILENO, &before_);
    base::SocketPair line(SOCK_STREAM);
    std::fflush(nullptr);  // the view writes what it has buffered at its end
    process_ = base::ChildProcess([&] {
        line.ours.reset();
        base::close_inherited();
        return run_view(std::move(line.theirs), output_path, text);
    });
    socket_ = std::move(line.ours);
}

ViewProcess::~ViewProcess() {
    if (!process_) { return; }
    socket_.reset();
    process_.kill(SIGTERM);
    wait();
}

bool ViewProcess::has_ended() {
    if (process_.try_wait()) { restore_terminal(); }
    return !process_;
}

void ViewProcess::wait() {
    if (!process_) { return; }
    process_.wait();
    restore_terminal();
}

// Even if it was killed.
void ViewProcess::restore_terminal() { ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_); }

}  // namespace memray::cli

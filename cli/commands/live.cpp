// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/live.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "cli/commands/view_process.h"
#include "cli/live/local_port.h"
#include "cli/live/view.h"

namespace memray::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{500};

std::atomic<bool> interrupted{false};

void note_interrupt(int /*number*/) { interrupted = true; }

// None if the user does not want to wait any longer.
base::UniqueFd connect(int port) {
    struct sigaction action {};
    struct sigaction previous {};
    action.sa_handler = note_interrupt;
    ::sigaction(SIGINT, &action, &previous);
    base::UniqueFd connection = live::try_connect(port);
    if (!connection) { fmt::print(stderr, "memray: waiting for a program on port {}; Ctrl-C ends that\n", port); }
    while (!connection && !interrupted) {
        std::this_thread::sleep_for(kBetweenTries);
        connection = live::try_connect(port);
    }
    ::sigaction(SIGINT, &previous, nullptr);
    return connection;
}

}  // namespace

void require_port(int port) {
    if (port < 1 || port > live::kMaxPort) { throw base::Error(fmt::format("Invalid port: {}", port)); }
}

LiveCommand::LiveCommand(CLI::App& program)
    : Command(program, "live", "Remotely monitor allocations in a text-based interface", "[options] port") {
    options()
        .add_option("port", port_, "Port that `memray run --live-remote` has named; waits until there is one")
        ->required();
}

int LiveCommand::run() {
    require_port(port_);
    require_terminal("memray live");
    base::UniqueFd connection = connect(port_);
    if (connection) { live::View(std::move(connection), {}).run(); }
    return 0;
}

}  // namespace memray::cli

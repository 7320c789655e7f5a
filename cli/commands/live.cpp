// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/live.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include "cli/live/watch.h"
#include "injector/base/error.h"
#include "injector/live/entrance.h"
#include "injector/live/tcp_port.h"
#include "injector/sockets/local_socket.h"
#include "injector/sockets/message.h"

namespace memray::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{500};
constexpr int kGreetingMs = 10'000;

std::atomic<bool> interrupted{false};

void note_interrupt(int /*number*/) { interrupted = true; }

// While it lives, Ctrl-C is noted.
class InterruptsNoted {
public:
    InterruptsNoted() {
        struct sigaction action {};
        action.sa_handler = note_interrupt;  // and system calls are interrupted
        ::sigaction(SIGINT, &action, &previous_);
    }
    ~InterruptsNoted() { ::sigaction(SIGINT, &previous_, nullptr); }
    InterruptsNoted(const InterruptsNoted&) = delete;
    InterruptsNoted& operator=(const InterruptsNoted&) = delete;

private:
    struct sigaction previous_ {};
};

// A line of the user's; nothing if there is none.
std::optional<std::string> ask_for_token(int port) {
    fmt::print(stderr, "memray: port {} asks for the token that `memray run` has printed: ", port);
    std::array<char, 256> line{};
    const ssize_t count = ::read(STDIN_FILENO, line.data(), line.size());
    if (count <= 0) { return std::nullopt; }
    std::string token(line.data(), static_cast<std::size_t>(count));
    while (token.ends_with('\n') || token.ends_with(' ')) { token.pop_back(); }
    return token;
}

// A recorder says something as soon as it has heard its token.
void wait_for_greeting(int socket, int port) {
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, kGreetingMs) == 0) { throw base::Error(fmt::format("Port {} does not answer", port)); }
    if (sockets::has_hung_up(socket)) {
        throw base::Error(fmt::format("Port {} does not take this token, or is none of memray's", port));
    }
}

// While the user types, nobody is kept waiting at the other end.
base::UniqueFd connect_with_token(int port) {
    const std::optional<std::string> token = ask_for_token(port);
    if (!token) { return {}; }
    base::UniqueFd connection = live::try_connect_to_port(port);
    if (!connection) { throw base::Error(fmt::format("Nobody listens on port {} any more", port)); }
    sockets::send_message(connection.get(), *token);
    wait_for_greeting(connection.get(), port);
    return connection;
}

// None if the user does not want to wait any longer.
base::UniqueFd connect(int port) {
    const InterruptsNoted noted;
    for (bool told = false; !interrupted; told = true) {
        if (base::UniqueFd connection = live::try_connect(port)) { return connection; }
        if (live::try_connect_to_port(port)) {
            // Where a recorder of this machine has opened its port since, it had its socket before that.
            if (base::UniqueFd connection = live::try_connect(port)) { return connection; }
            return connect_with_token(port);
        }
        if (!told) { fmt::print(stderr, "memray: waiting for a program on port {}; Ctrl-C ends that\n", port); }
        std::this_thread::sleep_for(kBetweenTries);
    }
    return {};
}

}  // namespace

void require_port(int port) {
    if (port < 1 || port > live::kMaxPort) { throw base::Error(fmt::format("Invalid port: {}", port)); }
}

LiveCommand::LiveCommand(CLI::App& program)
    : Command(program, "live", "Remotely monitor allocations in a text-based interface", "[options] port") {
    options()
        .add_option("port", port_,
                    "Number that `memray run --live-remote` has named, or its port; waits until there is one")
        ->required();
}

int LiveCommand::run() {
    require_port(port_);
    sockets::remove_dead_sockets();
    base::UniqueFd connection = connect(port_);
    if (connection) { live::watch(std::move(connection), {}, stdout); }
    return 0;
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/tcp_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "injector/base/error.h"

namespace memray::live {
namespace {

constexpr int kConnectMs = 2000;

sockaddr_in address_of(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

base::UniqueFd make_socket() {
    base::UniqueFd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) { throw base::system_error("creating a socket"); }
    return made;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

// 0, or why the connection that has been started is not there.
int result_of(int socket) {
    pollfd waiting{socket, POLLOUT, 0};
    if (::poll(&waiting, 1, kConnectMs) <= 0) { return EINTR; }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

}  // namespace

base::UniqueFd listen_on(int port) {
    base::UniqueFd listener = make_socket();
    const int yes = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = address_of(port);
    if (::bind(listener.get(), generic(address), sizeof address) != 0 || ::listen(listener.get(), SOMAXCONN) != 0) {
        throw base::system_error(fmt::format("Could not listen on port {}", port));
    }
    return listener;
}

base::UniqueFd try_connect_to_port(int port) {
    base::UniqueFd connection = make_socket();
    const sockaddr_in address = address_of(port);
    int error = ::connect(connection.get(), generic(address), sizeof address) == 0 ? 0 : errno;
    if (error == EINPROGRESS) { error = result_of(connection.get()); }
    if (error == 0) { return connection; }
    if (error == ECONNREFUSED || error == EINTR || error == ECONNRESET) { return {}; }
    throw base::system_error(fmt::format("Could not connect to port {}", port), error);
}

}  // namespace memray::live

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/local_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string>

#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::live {
namespace {

constexpr int kBacklog = 16;

sockaddr_in address_of(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

base::UniqueFd make_socket(int flags) {
    base::UniqueFd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!made) { throw base::system_error("creating a socket"); }
    return made;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

// As /proc/net/tcp has it: the address as the number it is in memory.
std::string hexadecimal(const sockaddr_in& address) {
    return fmt::format("{:08X}:{:04X}", address.sin_addr.s_addr, ntohs(address.sin_port));
}

// Of a line of /proc/net/tcp: number, local address, remote address, state, queues, timer, retransmits, user.
bool is_user_of(const std::string& line, const std::string& from, const std::string& to) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits;
    uid_t user = 0;
    fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user;
    return fields && local == from && remote == to && (user == ::geteuid() || user == 0);
}

}  // namespace

base::UniqueFd listen_on(int port) {
    base::UniqueFd listener = make_socket(SOCK_NONBLOCK);
    const int yes = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = address_of(port);
    if (::bind(listener.get(), generic(address), sizeof address) != 0 || ::listen(listener.get(), kBacklog) != 0) {
        throw base::system_error(fmt::format("Could not listen on port {}", port));
    }
    return listener;
}

int port_of(int listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

base::UniqueFd try_connect(int port) {
    base::UniqueFd connection = make_socket(0);
    const sockaddr_in address = address_of(port);
    if (::connect(connection.get(), generic(address), sizeof address) == 0) { return connection; }
    if (errno == ECONNREFUSED || errno == EINTR || errno == ECONNRESET) { return {}; }
    throw base::system_error(fmt::format("Could not connect to port {}", port));
}

bool is_from_this_user(int socket) {
    sockaddr_in ours{};
    sockaddr_in theirs{};
    socklen_t size = sizeof ours;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&ours), &size) != 0 ||
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&theirs), &size) != 0) {
        return false;
    }
    std::istringstream table(base::try_read_file("/proc/net/tcp").value_or(""));
    for (std::string line; std::getline(table, line);) {
        if (is_user_of(line, hexadecimal(theirs), hexadecimal(ours))) { return true; }
    }
    return false;
}

}  // namespace memray::live

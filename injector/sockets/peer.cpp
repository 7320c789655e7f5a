// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/peer.h"

#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "injector/base/file.h"

namespace memray::sockets {
namespace {

constexpr std::uint64_t kAllUsers = 4294967295;  // all but (uid_t)-1, which is none

bool namespace_knows_all_users() {
    unsigned long inside = 1, outside = 1, count = 0;
    const std::string map = base::try_read_file("/proc/self/uid_map").value_or("");
    return std::sscanf(map.c_str(), "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 && count == kAllUsers;
}

std::string overflow_user() { return base::try_read_file("/proc/sys/kernel/overflowuid").value_or("65534\n"); }

}  // namespace

std::optional<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) { return std::nullopt; }
    return Peer{credentials.pid, credentials.uid};
}

bool is_known(uid_t user) { return std::to_string(user) + "\n" != overflow_user() || namespace_knows_all_users(); }

bool may_talk(const Peer& peer, uid_t user) { return peer.user == 0 || (peer.user == user && is_known(user)); }

}  // namespace memray::sockets

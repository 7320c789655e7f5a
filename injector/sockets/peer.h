// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who is at the other end of a Unix socket, as the kernel says (unix(7), SO_PEERCRED): at that of a server the process
// that connected, at that of a client the one that listens.
#pragma once

#include <sys/types.h>

#include <optional>

namespace memray::sockets {

struct Peer {
    pid_t pid;
    uid_t user;
};

[[nodiscard]] std::optional<Peer> peer_of(int socket);

// Whether this number stands for one user. In a user namespace that does not know all users, the kernel shows those it
// does not know as one number (user_namespaces(7), the overflow user id): that may be anybody.
[[nodiscard]] bool is_known(uid_t user);

// The peer is this user, or root.
[[nodiscard]] bool may_talk(const Peer& peer, uid_t user);

}  // namespace memray::sockets

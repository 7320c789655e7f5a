// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// TCP between processes of this machine: 127.0.0.1 only, so other machines cannot connect.
#pragma once

#include "injector/base/unique_fd.h"

namespace memray::live {

inline constexpr int kMaxPort = 65535;

// Does not block. Port 0: any that is free. Throws base::Error if the port is in use or not allowed.
[[nodiscard]] base::UniqueFd listen_on(int port);
[[nodiscard]] int port_of(int listener);

// A connection to it, or none if nobody listens there (yet). Throws base::Error.
[[nodiscard]] base::UniqueFd try_connect(int port);

// Whether the other end of an accepted connection belongs to our user or to root: other users of this machine may
// connect, too, but what a program allocates is none of their business.
[[nodiscard]] bool is_from_this_user(int socket);

}  // namespace memray::live

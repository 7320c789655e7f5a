// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// TCP between processes of this machine: 127.0.0.1 only, so other machines cannot connect. All users of this one can.
#pragma once

#include "injector/base/unique_fd.h"

namespace memray::live {

inline constexpr int kMaxPort = 65535;

// Does not block. Throws base::Error if the port is in use or not allowed.
[[nodiscard]] base::UniqueFd listen_on(int port);

// A connection to it, or none if nobody listens there (yet), or does not accept within two seconds. It does not block.
// Throws base::Error.
[[nodiscard]] base::UniqueFd try_connect_to_port(int port);

}  // namespace memray::live

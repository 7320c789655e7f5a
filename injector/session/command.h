// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The program that a command line means.
#pragma once

#include <string>

namespace memray::session {

// Looks `name` up as a shell would: a name with a slash is a path, any other is searched on PATH. Refuses what can
// never work: not found, not executable, for another processor, a static Python. Throws base::Error.
[[nodiscard]] std::string resolve_command(const std::string& name);

}  // namespace memray::session

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The program that a command line means.
#pragma once

#include <string>

namespace memray::pursuit {

// Looks `name` up as a shell would: a name with a slash is a path, any other is searched on PATH. Refuses what can
// never work: not found, not executable, for another processor, a static Python. Throws base::Error.
[[nodiscard]] std::string resolve_command(const std::string& name);

// Refuses a program that runs with other rights than its caller's, which it would not get under a tracer. `path` is
// that of `name`. Throws base::Error.
void require_traceable(const std::string& name, const std::string& path);

}  // namespace memray::pursuit

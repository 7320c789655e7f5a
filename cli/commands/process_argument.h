// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `attach`, `detach` and `snapshot` have in common: the process, and memray's ways to enter one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace memray::cli {

// The positional argument. Whatever is no number above 0 is refused in plain words.
void add_pid(CLI::App& app, int& pid, const std::string& description);

// --method: memray's names are known, and all mean the same here.
void add_method(CLI::App& app, std::string& method);

}  // namespace memray::cli

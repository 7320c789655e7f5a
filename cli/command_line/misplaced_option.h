// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Options that were meant for `memray run` but stand behind the program, which got them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace memray::cli {

// The first of a program's arguments that is an option of `app`, its name only; but for -h and --help, which every
// program has.
[[nodiscard]] std::optional<std::string> misplaced_option(const CLI::App& app,
                                                          const std::vector<std::string>& arguments);

// Whether a program that ended with this code may have failed because of that option.
[[nodiscard]] bool may_fail_for(const CLI::App& app, const std::string& option, int exit_code);

}  // namespace memray::cli

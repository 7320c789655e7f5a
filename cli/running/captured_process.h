// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs a short command without the terminal: no input, its output collected.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace memray::cli {

struct CommandLine {
    std::string executable;  // path
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
};

struct CapturedOutput {
    int exit_code{0};
    std::string text;
};

// What the command wrote to standard output, unless it could not be started, was killed or took longer than `limit`.
// No process is left behind.
[[nodiscard]] std::optional<CapturedOutput> try_capture(const CommandLine& command, std::chrono::milliseconds limit);

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The one error type of everything outside the target. Thrown where the failure is known, caught once in main(),
// printed as one line. what() is that line: "what was tried: why it failed".
#pragma once

#include <stdexcept>
#include <string>

namespace memray::base {

inline constexpr int kWrongUsage = 2;  // exit code

class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, int exit_code = 1)
        : std::runtime_error(message), exit_code_(exit_code) {}

    // Exit code of the command: 1 for failures, 2 for wrong usage.
    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

private:
    int exit_code_;
};

// What was asked for makes no sense. Printed after a line that says how the command is used.
class UsageError : public Error {
public:
    explicit UsageError(const std::string& message) : Error(message, kWrongUsage) {}
};

// "operation: strerror(number)".
[[nodiscard]] Error system_error(const std::string& operation, int number);
// The same with the current errno.
[[nodiscard]] Error system_error(const std::string& operation);

}  // namespace memray::base

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A subcommand. Its constructor registers it, with its options, at the program; run() does the work once those are
// parsed. To add one: a file with the class, a line in command_list.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "injector/base/error.h"

namespace memray::cli {

// Printed after the usage line of the subcommand.
using base::UsageError;

// Exit code where a limit that the user has set is exceeded.
inline constexpr int kLimitExceeded = 3;

class Command {
public:
    // `usage` follows the name in the usage line; empty: it is made of the options.
    Command(CLI::App& program, const std::string& name, const std::string& description, const std::string& usage = {});
    virtual ~Command() = default;
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    // Whether its own arguments end at the first that is no option; take_rest() gets the others.
    [[nodiscard]] virtual bool runs_program() const { return false; }
    virtual void take_rest(const std::vector<std::string>& /*arguments*/) {}

    // Returns the exit code of the program. Throws base::Error.
    virtual int run() = 0;

    [[nodiscard]] const CLI::App& app() const { return *app_; }

protected:
    [[nodiscard]] CLI::App& options() { return *app_; }

private:
    CLI::App* app_;  // owned by the program
};

using CommandList = std::vector<std::unique_ptr<Command>>;

struct Verbosity {
    int level{0};
};

}  // namespace memray::cli

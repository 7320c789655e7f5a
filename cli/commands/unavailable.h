// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A subcommand that is planned: it says so, whatever its arguments.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/commands/command.h"

namespace memray::cli {

class UnavailableCommand : public Command {
public:
    UnavailableCommand(CLI::App& program, const std::string& name, const std::string& description)
        : Command(program, name, description + " (not available yet)", "...") {}

    [[nodiscard]] std::size_t own_arguments(const std::vector<std::string>& /*arguments*/) const override { return 0; }
    int run() override { throw base::Error("memray " + app().get_name() + " is not available yet", 2); }
};

}  // namespace memray::cli

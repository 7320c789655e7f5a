// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All subcommands, in the order of --help.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/commands/command.h"

namespace memray::cli {

[[nodiscard]] CommandList make_commands(CLI::App& program, const Verbosity& verbosity);

}  // namespace memray::cli

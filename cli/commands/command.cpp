// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/command.h"

#include "cli/command_line/defaults.h"
#include "cli/command_line/help_format.h"

namespace memray::cli {

Command::Command(CLI::App& program, const std::string& name, const std::string& description, const std::string& usage)
    : app_(program.add_subcommand(name, description)) {
    app_->formatter(std::make_shared<HelpFormat>(usage));
    app_->get_help_ptr()->description("show this help message and exit");
    app_->add_flag("--no-config")->description("Take no defaults from memray.toml, pyproject.toml and MEMRAY_OPTIONS");
}

}  // namespace memray::cli

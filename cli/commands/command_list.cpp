// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/command_list.h"

#include "cli/commands/attach.h"
#include "cli/commands/detach.h"
#include "cli/commands/parse.h"
#include "cli/commands/run.h"
#include "cli/commands/stats.h"
#include "cli/commands/summary.h"
#include "cli/commands/unavailable.h"

namespace memray::cli {

CommandList make_commands(CLI::App& program, const Verbosity& verbosity) {
    CommandList commands;
    const auto not_yet = [&](const char* name, const char* description) {
        commands.push_back(std::make_unique<UnavailableCommand>(program, name, description));
    };
    commands.push_back(std::make_unique<RunCommand>(program, verbosity));
    not_yet("flamegraph", "Generate an HTML flame graph for peak memory usage");
    not_yet("table", "Generate an HTML table with all records in the peak memory usage");
    not_yet("live", "Remotely monitor allocations in a text-based interface");
    not_yet("tree", "Generate a tree view in the terminal for peak memory usage");
    commands.push_back(std::make_unique<ParseCommand>(program));
    commands.push_back(std::make_unique<SummaryCommand>(program));
    commands.push_back(std::make_unique<StatsCommand>(program));
    not_yet("transform", "Generate reports files in different formats");
    commands.push_back(std::make_unique<AttachCommand>(program, verbosity));
    commands.push_back(std::make_unique<DetachCommand>(program));
    return commands;
}

}  // namespace memray::cli

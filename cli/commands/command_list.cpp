// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/command_list.h"

#include "cli/commands/attach.h"
#include "cli/commands/detach.h"
#include "cli/commands/diff.h"
#include "cli/commands/flamegraph.h"
#include "cli/commands/heap/heap.h"
#include "cli/commands/heap/rss.h"
#include "cli/commands/leaks.h"
#include "cli/commands/live.h"
#include "cli/commands/merge.h"
#include "cli/commands/parse.h"
#include "cli/commands/run.h"
#include "cli/commands/snapshot.h"
#include "cli/commands/stats.h"
#include "cli/commands/summary.h"
#include "cli/commands/table.h"
#include "cli/commands/transform.h"
#include "cli/commands/tree.h"

namespace memray::cli {

CommandList make_commands(CLI::App& program, const Verbosity& verbosity) {
    CommandList commands;
    commands.push_back(std::make_unique<RunCommand>(program, verbosity));
    commands.push_back(std::make_unique<FlamegraphCommand>(program));
    commands.push_back(std::make_unique<TableCommand>(program));
    commands.push_back(std::make_unique<LiveCommand>(program));
    commands.push_back(std::make_unique<TreeCommand>(program));
    commands.push_back(std::make_unique<ParseCommand>(program));
    commands.push_back(std::make_unique<SummaryCommand>(program));
    commands.push_back(std::make_unique<LeaksCommand>(program));
    commands.push_back(std::make_unique<StatsCommand>(program));
    commands.push_back(std::make_unique<TransformCommand>(program));
    commands.push_back(std::make_unique<DiffCommand>(program));
    commands.push_back(std::make_unique<AttachCommand>(program, verbosity));
    commands.push_back(std::make_unique<DetachCommand>(program));
    commands.push_back(std::make_unique<MergeCommand>(program));
    commands.push_back(std::make_unique<SnapshotCommand>(program));
    commands.push_back(std::make_unique<HeapCommand>(program));
    commands.push_back(std::make_unique<RssCommand>(program));
    return commands;
}

}  // namespace memray::cli

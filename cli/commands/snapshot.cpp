// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/snapshot.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "cli/commands/process_argument.h"
#include "injector/base/printable.h"
#include "injector/recording/rendezvous.h"

namespace memray::cli {

SnapshotCommand::SnapshotCommand(CLI::App& program)
    : Command(program, "snapshot", "Write a capture of this moment of a process that is being recorded",
              "[options] pid") {
    CLI::App& app = options();
    add_pid(app, pid_, "Process id, as that of `memray run`'s program, `memray attach` or a followed child");
    app.add_option("-o,--output", output_, "Output file name (default: that of the capture, .snapshot-1, -2, ...)")
        ->option_text("OUTPUT");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
}

int SnapshotCommand::run() {
    const std::string path = output_.empty() ? "" : std::filesystem::absolute(output_).string();
    const std::optional<std::string> answer =
        recording::ask_recorder_of_newborn(pid_, fmt::format("snapshot {}{}", force_ ? 'f' : '-', path));
    if (!answer) { throw base::Error(fmt::format("Process {} is not being recorded", pid_)); }
    base::print_line(stdout, recording::said_by_recorder(*answer));
    return 0;
}

}  // namespace memray::cli

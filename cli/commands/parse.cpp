// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/parse.h"

#include <unistd.h>

#include <cstdio>

#include "cli/commands/capture_input.h"
#include "cli/report/dump.h"

namespace memray::cli {
namespace {

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        throw base::system_error("writing to standard output");
    }
}

}  // namespace

ParseCommand::ParseCommand(CLI::App& program)
    : Command(program, "parse", "Debug a results file by parsing and printing each record in it") {
    options().add_option("results", results_, "Results of the tracker run")->required();
    options().footer(report::dump_legend());
}

int ParseCommand::run() {
    if (::isatty(STDOUT_FILENO) != 0) { throw base::Error("You must redirect stdout to a file or shell pipeline."); }
    const capture::Profile profile = load_recorded_profile(results_);
    print(report::dump_tables(profile));
    load_events(results_, [](const capture::Event& event) { print(report::dump_event(event)); });
    print(report::dump_trailer(profile));
    return 0;
}

}  // namespace memray::cli

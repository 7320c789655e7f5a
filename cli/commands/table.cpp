// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/table.h"

#include "cli/commands/capture_input.h"
#include "cli/report/table_data.h"
#include "cli/web/page_templates.h"

namespace memray::cli {
namespace {

constexpr std::size_t kMostSnapshots = 10'000;

}  // namespace

TableCommand::TableCommand(CLI::App& program)
    : Command(program, "table", "Generate an HTML table with all records in the peak memory usage",
              "[-h] [-o OUTPUT] [-f] [--leaks | --temporary-allocation-threshold N | --temporary-allocations] "
              "[--split-threads] [--include REGEX] [--exclude REGEX] [--full] [--json] results") {
    CLI::App& app = options();
    output_.add_to(app);
    selection_.add_to(app);
    app.add_flag("--split-threads", split_threads_, "Do not merge allocations of different threads");
    filter_.add_to(app);
    app.add_flag("--full", complete_, "Keep every row, however large the page becomes");
    app.add_flag("--json", json_, "Write the data of the page as JSON instead");
    app.add_flag("--no-web", no_web_, "For compatibility: pages never load anything from the network");
}

int TableCommand::run() {
    const report::SelectionChoice choice = selection_.choice();
    filter_.check();
    const std::string path = output_.path("table", json_ ? ".json" : ".html");
    capture::Profile profile = load_profile(output_.results());
    const auto rows =
        report::table_rows(profile, filter_.take_view(profile), report::select(profile, choice), split_threads_);
    const std::string title =
        choice.kind == report::SelectionKind::kLeaked ? "table report (memory leaks)" : "table report";
    const std::string data = report::table_data(profile, rows, title, split_threads_, kMostSnapshots, complete_);
    output_.write(path, json_ ? data + "\n" : web::page(web::table_template(), data), profile.metadata);
    return 0;
}

}  // namespace memray::cli

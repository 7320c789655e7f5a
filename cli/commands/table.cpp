// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/table.h"

#include "cli/report/page/table_data.h"
#include "cli/web/page_templates.h"

namespace memray::cli {
namespace {

constexpr std::size_t kMostSnapshots = 10'000;

}  // namespace

TableCommand::TableCommand(CLI::App& program)
    : FileReportCommand(program, "table", "Generate an HTML table with all records in the peak memory usage") {
    CLI::App& app = options();
    add_output();
    selection_.add_to(app);
    app.add_flag("--split-threads", split_threads_, "Do not merge allocations of different threads");
    add_input();
    page_options_.add_to(app, "row");
}

std::string TableCommand::content(const capture::Profile& profile, const report::StackView& view) {
    const auto rows = report::table_rows(profile, view, report::select(profile, choice_), split_threads_);
    const std::string title =
        choice_.kind == report::SelectionKind::kLeaked ? "table report (memory leaks)" : "table report";
    const std::string data =
        report::table_data(profile, rows, title, split_threads_, kMostSnapshots, page_options_.complete());
    return page_options_.content(web::table_template(), data);
}

}  // namespace memray::cli

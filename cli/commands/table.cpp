// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/table.h"

#include "cli/report/my_code.h"
#include "cli/web/page_templates.h"

namespace memray::cli {

TableCommand::TableCommand(CLI::App& program)
    : FileReportCommand(program, "table", "Generate an HTML table with all records in the peak memory usage") {
    CLI::App& app = options();
    add_output();
    selection_.add_to(app);
    add_time_range_of_selection();
    app.add_flag("--split-threads", split_threads_, "Do not merge allocations of different threads");
    add_all_frames(app, all_frames_);
    add_input();
    page_options_.add_to(app, "row");
}

// The page can show both; JSON has one row for each place of those that were asked for.
void TableCommand::choose_frames(const capture::Profile& profile, report::StackView& view) {
    if (page_options_.json() && all_frames_) { return; }
    if (!page_options_.json()) { all_ = report::lines_of(view, report::select(profile, choice_)); }
    report::show_my_code(view, report::LibraryCalls::kCharged);
}

std::string TableCommand::content(const capture::Profile& profile, const report::StackView& view) {
    const auto rows = report::table_rows(profile, view, all_, report::select(profile, choice_), split_threads_);
    report::TableOptions options;
    options.title = choice_.kind == report::SelectionKind::kLeaked ? "table report (memory leaks)" : "table report";
    options.subject = report::selection_title(profile, choice_);
    options.split_threads = split_threads_;
    options.all_frames = all_frames_;
    options.leaks = choice_.kind == report::SelectionKind::kLeaked;
    options.complete = page_options_.complete();
    return page_options_.content(web::table_template(), report::table_data(profile, rows, options), profile.metadata,
                                 choice_.kind);
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "cli/report/my_code.h"
#include "cli/terminal/kind.h"

namespace memray::cli {
namespace {

constexpr std::size_t kLinesBesideRows = 5;  // borders, header and prompt
constexpr std::size_t kFewestRows = 10;

std::size_t default_rows(bool json) {
    if (json) { return std::numeric_limits<std::size_t>::max(); }
    const std::size_t lines = terminal::output_size().value_or(terminal::Size{}).lines;
    return std::max(lines - std::min(lines, kLinesBesideRows), kFewestRows);
}

}  // namespace

SummaryCommand::SummaryCommand(CLI::App& program)
    : ReportCommand(program, "summary",
                    "Generate a terminal-based summary report of the functions that allocate most memory") {
    CLI::App& app = options();
    app.add_option("-s,--sort-column", sort_column_,
                   "Column number to sort on, with total memory (1) in the first column, before own memory (3) and\n"
                   "number of allocations (5); by default own memory comes first")
        ->option_text("SORT_COLUMN");
    app.add_option("-r,--max-rows", max_rows_, "Maximum number of rows to display")->option_text("MAX_ROWS");
    app.add_flag("--json", json_, "Print the rows as JSON instead; all of them, unless -r is given");
    add_all_frames(app, all_frames_);
    selection_.add_to(app);
    add_time_range_of_selection();
    add_limits();
    add_input();
}

report::SummaryOptions SummaryCommand::report_options() const {
    if (sort_column_ && (*sort_column_ < 1 || *sort_column_ > report::kSummaryColumns)) {
        throw UsageError(fmt::format("The --sort-column argument must be between 1 and {}", report::kSummaryColumns));
    }
    require_rows(max_rows_);
    report::SummaryOptions options;
    options.sort_column = sort_column_.value_or(report::kOwnMemoryFirst);
    options.all_frames = all_frames_;
    options.max_rows = max_rows_ ? static_cast<std::size_t>(*max_rows_) : default_rows(json_);
    options.selection = time_range().selection(selection_.choice());
    return options;
}

void SummaryCommand::choose_frames(const capture::Profile& /*profile*/, report::StackView& view) {
    if (!all_frames_) { report::show_my_code(view, report::LibraryCalls::kCharged); }
}

void SummaryCommand::report(const capture::Profile& profile, const report::StackView& view) {
    const auto size = terminal::output_size();
    if (json_) {
        fmt::print("{}", report::summary_json(profile, view, wanted_));
    } else if (size) {
        fmt::print("{}", report::summary_box(profile, view, wanted_, size->columns, terminal::output_has_colours()));
    } else {
        fmt::print("{}", report::summary_plain(profile, view, wanted_));
    }
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/commands/capture_input.h"
#include "cli/commands/terminal.h"
#include "cli/report/selection.h"

namespace memray::cli {
namespace {

constexpr std::size_t kLinesBesideRows = 5;  // borders, header and prompt
constexpr std::size_t kFewestRows = 10;

std::size_t default_rows() {
    const std::size_t lines = output_terminal().value_or(TerminalSize{}).lines;
    return std::max(lines - std::min(lines, kLinesBesideRows), kFewestRows);
}

std::uint32_t usable(int threshold) {
    const auto asked = static_cast<std::uint32_t>(threshold);
    const std::uint32_t used = report::usable_threshold(asked);
    if (used != asked) {
        fmt::print(stderr,
                   "memray: a capture tells lifetimes of up to 16 other allocations apart, then powers of two: using "
                   "a threshold of {} instead of {}\n",
                   used, asked);
    }
    return used;
}

}  // namespace

SummaryCommand::SummaryCommand(CLI::App& program)
    : Command(program, "summary", "Generate a terminal-based summary report of the functions that allocate most memory",
              "[-h] [-s SORT_COLUMN] [-r MAX_ROWS] [--temporary-allocation-threshold N | --temporary-allocations] "
              "results") {
    CLI::App& app = options();
    app.add_option("results", results_, "Results of the tracker run")->required();
    app.add_option("-s,--sort-column", sort_column_, "Column number to sort on (default: 1)")
        ->option_text("SORT_COLUMN");
    app.add_option("-r,--max-rows", max_rows_, "Maximum number of rows to display")->option_text("MAX_ROWS");
    auto* threshold =
        app.add_option("--temporary-allocation-threshold", threshold_,
                       "Report temporary allocations instead of those at the peak: allocations that their thread\n"
                       "freed after at most N other allocations of its own. With N=0, before any other")
            ->option_text("N");
    app.add_flag("--temporary-allocations", temporary_, "Equivalent to --temporary-allocation-threshold=1")
        ->excludes(threshold);
}

report::SummaryOptions SummaryCommand::report_options() const {
    if (sort_column_ < 1 || sort_column_ > report::kSummaryColumns) {
        throw UsageError(fmt::format("The --sort-column argument must be between 1 and {}", report::kSummaryColumns));
    }
    if (max_rows_ && *max_rows_ < 1) { throw UsageError("The --max-rows argument must be at least 1"); }
    report::SummaryOptions options;
    options.sort_column = sort_column_;
    options.max_rows = max_rows_ ? static_cast<std::size_t>(*max_rows_) : default_rows();
    if (temporary_) { options.temporary_threshold = 1; }
    if (threshold_ && *threshold_ >= 0) { options.temporary_threshold = usable(*threshold_); }
    return options;
}

int SummaryCommand::run() {
    const report::SummaryOptions options = report_options();
    const capture::Profile profile = load_profile(results_);
    const auto terminal = output_terminal();
    fmt::print("{}", terminal ? report::summary_box(profile, options, terminal->columns, output_has_colours())
                              : report::summary_plain(profile, options));
    return 0;
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/leaks.h"

#include <fmt/format.h>

#include <limits>

#include "cli/report/leaks/leaks_report.h"
#include "cli/report/my_code.h"
#include "cli/report/period.h"
#include "injector/base/error.h"

namespace memray::cli {

LeaksCommand::LeaksCommand(CLI::App& program)
    : ReportCommand(program, "leaks", "Rank the places whose memory grows steadily, with their curves over time") {
    CLI::App& app = options();
    app.add_option("-r,--max-rows", max_rows_, "Maximum number of places to display (default: 10; with --json all)")
        ->option_text("MAX_ROWS");
    app.add_flag("--json", json_, "Print the places as JSON instead");
    add_all_frames(app, all_frames_);
    add_time_range("Look at the growth in a time only");
    add_input();
}

void LeaksCommand::check() { require_rows(max_rows_); }

// Growth is what time buckets say, whether there is a log of events or not.
void LeaksCommand::choose_time(capture::Profile& profile) {
    if (profile.time_buckets.empty()) {
        throw base::Error(fmt::format("{} does not say how memory grew over time", results()));
    }
    range_ = report::whole_time(profile);
    if (!time_range().given()) { return; }
    const TimeRangeOptions::Span span = time_range().span(profile.metadata);
    range_ = report::buckets_near(profile, span.from_ms, span.to_ms);
}

void LeaksCommand::choose_frames(const capture::Profile& /*profile*/, report::StackView& view) {
    if (!all_frames_) { report::show_my_code(view, report::LibraryCalls::kCharged); }
}

void LeaksCommand::report(const capture::Profile& profile, const report::StackView& view) {
    report::LeaksOptions wanted;
    wanted.all_frames = all_frames_;
    wanted.range = range_;
    if (json_) { wanted.most = std::numeric_limits<std::size_t>::max(); }
    if (max_rows_) { wanted.most = static_cast<std::size_t>(*max_rows_); }
    fmt::print("{}", json_ ? report::leaks_json(profile, view, wanted) : report::leaks_text(profile, view, wanted));
}

}  // namespace memray::cli

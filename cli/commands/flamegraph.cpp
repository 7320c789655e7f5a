// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/flamegraph.h"

#include "cli/web/page_templates.h"

namespace memray::cli {

FlamegraphCommand::FlamegraphCommand(CLI::App& program)
    : FileReportCommand(program, "flamegraph", "Generate an HTML flame graph for peak memory usage") {
    CLI::App& app = options();
    add_output();
    selection_.add_to(app);
    add_time_range_of_selection();
    app.add_flag("--temporal", temporal_, "Add the data to choose a time range in the page");
    app.add_flag("--split-threads", split_threads_, "Do not merge allocations of different threads");
    app.add_flag("--inverted", inverted_, "Show the functions that allocate first, their callers below them");
    add_all_frames(app, all_frames_);
    add_input();
    app.add_option("--max-memory-records", most_snapshots_, "Points of the memory graph (default: 10000)")
        ->option_text("N")
        ->check(check_positive);
    quoting_.add_to(app);
    page_options_.add_to(app, "frame");
}

report::FlamegraphOptions FlamegraphCommand::content_options() const {
    report::FlamegraphOptions options;
    const report::SelectionChoice choice = time_range().selection(selection_.choice());
    if (temporal_ && time_range().given()) {
        throw UsageError("--temporal pages are of the whole time: it is chosen there, not by --from and --to");
    }
    if (choice.kind == report::SelectionKind::kTemporary && temporal_) {
        throw UsageError("Can't create a temporal flame graph of temporary allocations");
    }
    options.metric = report::selection_name(choice.kind);
    options.temporary_threshold = choice.threshold;
    options.inverted = inverted_;
    options.split_threads = split_threads_;
    options.temporal = temporal_;
    options.all_frames = all_frames_;
    options.most_snapshots = static_cast<std::size_t>(most_snapshots_);
    options.complete = page_options_.complete();
    options.confidential = quoting_.choice();
    return options;
}

std::string FlamegraphCommand::content(const capture::Profile& profile, const report::StackView& view) {
    const std::string data = report::flamegraph_data(profile, view, page_);
    const report::SelectionKind kind = time_range().selection(selection_.choice()).kind;
    return page_options_.content(web::flamegraph_template(), data, profile.metadata, kind);
}

}  // namespace memray::cli

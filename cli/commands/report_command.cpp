// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/report_command.h"

#include "injector/base/error.h"

namespace memray::cli {

void ReportCommand::add_input() {
    options().add_option("results", results_, "Results of the tracker run")->required();
    filter_.add_to(options());
}

int ReportCommand::run() {
    filter_.check();
    time_.check();
    if (time_.given() && filter_.counts_mappings()) {
        throw base::Error("--count-mappings is about the whole recording: not with --from and --to", base::kWrongUsage);
    }
    limits_.check();
    check();
    capture::Profile profile = load_profile(results_, attempt());
    choose_time(profile);
    report::StackView view = filter_.take_view(profile);
    choose_frames(profile, view);
    report(profile, view);
    return limits_.verdict(profile, view);
}

void FileReportCommand::check() {
    check_options();
    path_ = output_.path(results(), kind(), suffix());
}

void FileReportCommand::report(const capture::Profile& profile, const report::StackView& view) {
    output_.write(path_, content(profile, view), profile.metadata);
    conclude(path_);
}

}  // namespace memray::cli

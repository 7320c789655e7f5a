// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The commands that make a report of one capture: check what was asked for, read the capture, take from it what the
// report is about, and print or write it.
#pragma once

#include <string>

#include "cli/commands/capture_input.h"
#include "cli/commands/command.h"
#include "cli/commands/memory_limits.h"
#include "cli/commands/report_options.h"
#include "cli/commands/time_range_options.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::cli {

class ReportCommand : public Command {
public:
    int run() final;

protected:
    using Command::Command;

    // The capture, --include, --exclude and --count-mappings.
    void add_input();
    // --from and --to. `what`: what the report has of that time.
    void add_time_range(const std::string& what = "Only what was allocated in a time and lives at its end") {
        time_.add_to(options(), what);
    }
    // The same, and --peak.
    void add_time_range_of_selection() {
        add_time_range();
        time_.add_peak_to(options());
    }
    [[nodiscard]] const TimeRangeOptions& time_range() const noexcept { return time_; }
    // Limits, beyond which run() ends with kLimitExceeded.
    void add_limits() { limits_.add_to(options()); }
    [[nodiscard]] const std::string& results() const noexcept { return results_; }

    // What fails if the capture cannot be read, as errors say it.
    [[nodiscard]] virtual std::string attempt() const { return kParsing; }
    // What of the report, if anything, cannot be said of a part of the time without a log of events.
    [[nodiscard]] virtual std::string needs_log() const { return {}; }
    // Before any work is done. Throws base::Error for what makes no sense or cannot be written.
    virtual void check() = 0;
    // Makes the profile one of the time that was asked for.
    virtual void choose_time(capture::Profile& profile) { time_.apply(results_, profile, needs_log()); }
    // Makes of all stacks those that the report shows.
    virtual void choose_frames(const capture::Profile& /*profile*/, report::StackView& /*view*/) {}
    // `view`: the stacks that the report is about; they have been taken out of the profile.
    virtual void report(const capture::Profile& profile, const report::StackView& view) = 0;

private:
    std::string results_;
    FilterOptions filter_;
    TimeRangeOptions time_;
    MemoryLimits limits_;
};

// Those that write a file, memray-<report>-<name of the capture><suffix> unless it was named.
class FileReportCommand : public ReportCommand {
protected:
    using ReportCommand::ReportCommand;

    void add_output() { output_.add_to(options()); }

    // What is said of it in its name.
    [[nodiscard]] virtual std::string kind() const = 0;
    [[nodiscard]] virtual std::string suffix() const = 0;
    [[nodiscard]] virtual std::string content(const capture::Profile& profile, const report::StackView& view) = 0;
    virtual void check_options() = 0;
    // After the file was written there.
    virtual void conclude(const std::string& /*path*/) const {}

private:
    void check() final;
    void report(const capture::Profile& profile, const report::StackView& view) final;

    OutputOptions output_;
    std::string path_;
};

}  // namespace memray::cli

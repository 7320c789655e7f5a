// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/stats.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/report_file.h"
#include "cli/report/stats/statistics.h"
#include "cli/terminal/kind.h"

namespace memray::cli {
namespace {

constexpr std::string_view kFilePrefix = "memray-";

// Beside the capture.
std::string default_output(const std::string& results) {
    const std::filesystem::path path(results);
    std::string name = path.filename().string() + ".json";
    if (name.starts_with(kFilePrefix)) { name.erase(0, kFilePrefix.size()); }
    return path.parent_path() / ("memray-stats-" + name);
}

}  // namespace

StatsCommand::StatsCommand(CLI::App& program)
    : ReportCommand(program, "stats", "Generate high level stats of the memory usage in the terminal") {
    CLI::App& app = options();
    app.add_option("-n,--num-largest", largest_,
                   "Displays the top 'n' largest allocating locations (default: 5), of those that --include and\n"
                   "--exclude choose; everything else is of the whole program")
        ->option_text("NUM_LARGEST")
        ->check(check_positive);
    add_time_range();
    auto* json = app.add_flag("--json", json_, "Exports stats to a JSON file");
    app.add_option("-o,--output", output_, "Output file name for JSON output")->option_text("OUTPUT")->needs(json);
    app.add_flag("-f,--force", force_, "If the JSON output file already exists, overwrite it");
    add_limits();
    add_input();
}

std::string StatsCommand::path() const { return output_.empty() ? default_output(results()) : output_; }

void StatsCommand::check() {
    if (json_) { require_writable(path(), force_); }
}

void StatsCommand::report(const capture::Profile& profile, const report::StackView& view) {
    if (!json_) {
        fmt::print("{}", report::stats_text(profile, view, largest_, terminal::output_has_colours()));
        return;
    }
    write_report(path(), report::stats_json(profile, view, largest_), force_);
    say_written(path(), profile.metadata);
}

}  // namespace memray::cli

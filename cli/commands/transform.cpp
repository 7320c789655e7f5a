// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/transform.h"

#include <fmt/format.h>

#include <algorithm>

#include "injector/base/printable.h"

namespace memray::cli {
namespace {

std::string known_formats() {
    std::string names;
    for (const transform::Format& format : transform::kFormats) {
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    }
    return names;
}

// What to do next with the file, in the words of the tool that reads it.
std::string usage_of(std::string_view format, const std::string& path) {
    if (format == "gprof2dot") { return fmt::format("gprof2dot -f json {} | dot -Tpng -o output.png", path); }
    if (format == "speedscope") { return "open it at https://www.speedscope.app"; }
    if (format == "pprof") { return fmt::format("go tool pprof -top -sample_index=inuse_space {}", path); }
    if (format == "collapsed") { return fmt::format("flamegraph.pl --countname bytes {} > output.svg", path); }
    return "";
}

}  // namespace

TransformCommand::TransformCommand(CLI::App& program)
    : FileReportCommand(program, "transform", "Write a report in the format of another tool") {
    CLI::App& app = options();
    app.add_option("format", format_, "Format to use for the report. Available formats: " + known_formats())
        ->required();
    add_output();
    selection_.add_to(app);
    add_input();
}

const transform::Format& TransformCommand::format() const {
    const auto* known =
        std::find_if(transform::kFormats.begin(), transform::kFormats.end(),
                     [this](const transform::Format& format) { return format.name == CLI::detail::to_lower(format_); });
    if (known == transform::kFormats.end()) {
        throw base::Error(fmt::format("Format not supported: {} (known formats: {})", format_, known_formats()));
    }
    return *known;
}

std::string TransformCommand::content(const capture::Profile& profile, const report::StackView& view) {
    return format().write({profile, view, report::select(profile, selection_.choice())});
}

void TransformCommand::conclude(const std::string& path) const {
    const std::string usage = usage_of(format().name, path);
    if (!usage.empty()) { base::print_line(stdout, fmt::format("To see it: {}", usage)); }
}

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/diff.h"

#include <fmt/format.h>

#include <cstdio>
#include <limits>

#include "cli/commands/capture_input.h"
#include "cli/commands/growth_limit.h"
#include "cli/terminal/kind.h"
#include "cli/web/page_templates.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

constexpr int kDefaultRows = 20;

}  // namespace

DiffCommand::DiffCommand(CLI::App& program)
    : Command(program, "diff", "Show what grew and what shrank between two captures") {
    CLI::App& app = options();
    app.add_option("old", old_, "Results of the tracker run to compare with")->required();
    app.add_option("new", new_, "Results of the tracker run that may have grown")->required();
    auto* tree = app.add_flag("--tree", tree_, "Print the calls that changed as a tree, not the functions as a table");
    auto* page = app.add_flag("--flamegraph", flamegraph_,
                              "Write a page with a flame graph: red for what grew, blue for what shrank");
    app.add_flag("--json", json_, "Print the rows as JSON; all of them, unless -r is given")
        ->excludes(tree)
        ->excludes(page);
    page->excludes(tree);
    app.add_option(
           "--path-map", path_maps_,
           "Files of the old capture that begin with OLD are those of the new one that begin with NEW; may be\n"
           "given several times. Paths below the script's folder, site-packages and the standard library match\n"
           "by themselves")
        ->option_text("OLD=NEW")
        ->allow_extra_args(false);
    app.add_option("-r,--max-rows", max_rows_,
                   fmt::format("Maximum number of rows to display (default: {})", kDefaultRows))
        ->option_text("MAX_ROWS")
        ->check(check_positive);
    output_.add_to(app, page);
    app.add_flag("--full", complete_, "Keep every frame, however large the page becomes")->needs(page);
    quoting_.add_to(app)->needs(page);
    app.add_option(
           "--fail-if-grows", limit_,
           "End with exit code 3 if there is more in the new capture than in the old one by over a size (10MB,\n"
           "512KiB) or a percentage (5%)")
        ->option_text("SIZE|PERCENT");
    selection_.add_to(app);
    add_moment(app);
    filter_.add_to(app);
}

// After the options of the selection.
void DiffCommand::add_moment(CLI::App& app) {
    auto* at =
        app.add_option("--at", moment_,
                       "Compare what was live at the peak (default) or at the end, which is the same as leaks, or\n"
                       "all that was ever allocated")
            ->option_text("{peak,end,leaks,total}")
            ->check(CLI::IsMember({"peak", "end", "leaks", "total"}));
    for (const char* other : {"--leaks", "--temporary-allocations", "--temporary-allocation-threshold"}) {
        at->excludes(app.get_option(other));
    }
}

report::SelectionChoice DiffCommand::choice() const {
    if (moment_ == "end" || moment_ == "leaks") { return {report::SelectionKind::kLeaked}; }
    if (moment_ == "total") { return {report::SelectionKind::kTotal}; }
    return selection_.choice();
}

report::DiffOptions DiffCommand::report_options() const {
    report::DiffOptions options;
    options.selection = choice();
    const std::size_t all = std::numeric_limits<std::size_t>::max();
    options.max_rows = max_rows_ || !json_ ? static_cast<std::size_t>(max_rows_.value_or(kDefaultRows)) : all;
    return options;
}

std::vector<report::PathMap> DiffCommand::path_maps() const {
    std::vector<report::PathMap> maps;
    for (const std::string& text : path_maps_) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
            throw UsageError(fmt::format("argument --path-map: '{}' is not OLD=NEW", text));
        }
        maps.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return maps;
}

std::string DiffCommand::table(const report::Comparison& comparison, const report::DiffOptions& options) const {
    const report::Summary summary = report::diff_summary(comparison, options);
    const auto size = terminal::output_size();
    if (!size) { return report::summary_plain(summary); }
    return report::summary_box(summary, size->columns, terminal::output_has_colours());
}

void DiffCommand::write_page(const report::Comparison& comparison, report::SelectionChoice choice) const {
    const std::string data = report::diff_page_data(comparison, choice, complete_, quoting_.choice());
    output_.write(output_.path(new_, "diff", ".html"), web::page(web::flamegraph_template(), data),
                  comparison.profile.metadata);
}

int DiffCommand::verdict(const report::Comparison& comparison, report::SelectionChoice choice) const {
    if (!limit_) { return 0; }
    const std::uint64_t before = report::sum(comparison.before, comparison.view).bytes;
    const std::uint64_t after = report::sum(comparison.after, comparison.view).bytes;
    if (!GrowthLimit(*limit_).exceeded(before, after)) { return 0; }
    std::fflush(stdout);
    base::tell(fmt::format("{}, which is more than {}", report::diff_heading(comparison, choice), *limit_));
    return kLimitExceeded;
}

int DiffCommand::run() {
    filter_.check();
    if (limit_) { static_cast<void>(GrowthLimit(*limit_)); }
    if (flamegraph_) { static_cast<void>(output_.path(new_, "diff", ".html")); }
    const report::DiffOptions options = report_options();
    const std::vector<report::PathMap> maps = path_maps();
    capture::Profile before = load_profile(old_);
    capture::Profile after = load_profile(new_);
    const report::StackView before_view = filter_.take_view(before);
    const report::StackView after_view = filter_.take_view(after);
    const report::Comparison comparison =
        report::compare({before, before_view}, {after, after_view}, options.selection, maps);
    if (flamegraph_) {
        write_page(comparison, options.selection);
    } else if (json_) {
        fmt::print("{}", report::diff_json(comparison, before, after, options));
    } else if (tree_) {
        fmt::print("{}", report::diff_tree(comparison, options.selection));
    } else {
        fmt::print("{}", table(comparison, options));
    }
    return verdict(comparison, options.selection);
}

}  // namespace memray::cli

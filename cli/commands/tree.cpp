// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/tree.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/report/my_code.h"
#include "cli/terminal/kind.h"
#include "cli/tree/browse.h"

namespace memray::cli {

TreeCommand::TreeCommand(CLI::App& program)
    : ReportCommand(
          program, "tree",
          "Generate a tree view in the terminal for peak memory usage; plain text where there is no terminal") {
    CLI::App& app = options();
    app.add_option("-b,--biggest-allocs", biggest_,
                   fmt::format("Show n biggest allocations (default: {})", report::kDefaultBiggest))
        ->option_text("BIGGEST_ALLOCS")
        ->check(check_positive);
    app.add_flag("--json", json_, "Print the tree as JSON instead");
    add_all_frames(app, all_frames_);
    selection_.add_to(app);
    add_time_range_of_selection();
    add_input();
}

bool TreeCommand::browses() const { return !json_ && terminal::expects_pages(); }

void TreeCommand::choose_frames(const capture::Profile& /*profile*/, report::StackView& view) {
    if (!all_frames_ && !browses()) { report::show_my_code(view, report::LibraryCalls::kShown); }
}

void TreeCommand::report(const capture::Profile& profile, const report::StackView& view) {
    const report::TreeOptions wanted{choice_, static_cast<std::size_t>(biggest_), all_frames_};
    if (json_) {
        fmt::print("{}", report::tree_json(profile, view, wanted));
    } else if (browses()) {
        tree::browse(profile, view, wanted);
    } else {
        fmt::print("{}", report::tree_text(profile, view, wanted));
    }
}

}  // namespace memray::cli

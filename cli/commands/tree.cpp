// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/tree.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands/capture_input.h"
#include "cli/commands/terminal.h"
#include "cli/tree/browse.h"

namespace memray::cli {

TreeCommand::TreeCommand(CLI::App& program)
    : Command(program, "tree",
              "Generate a tree view in the terminal for peak memory usage; plain text where there is no terminal",
              "[-h] [-b BIGGEST_ALLOCS] [--json] "
              "[--leaks | --temporary-allocation-threshold N | --temporary-allocations] [--include REGEX] "
              "[--exclude REGEX] results") {
    CLI::App& app = options();
    app.add_option("results", results_, "Results of the tracker run")->required();
    app.add_option("-b,--biggest-allocs", biggest_,
                   fmt::format("Show n biggest allocations (default: {})", report::kDefaultBiggest))
        ->option_text("BIGGEST_ALLOCS")
        ->check(check_positive);
    app.add_flag("--json", json_, "Print the tree as JSON instead");
    selection_.add_to(app);
    filter_.add_to(app);
}

int TreeCommand::run() {
    filter_.check();
    const report::TreeOptions options{selection_.choice(), static_cast<std::size_t>(biggest_)};
    capture::Profile profile = load_profile(results_);
    const report::StackView view = filter_.take_view(profile);
    if (json_) {
        fmt::print("{}", report::tree_json(profile, view, options));
    } else if (interactive_terminal()) {
        tree::browse(profile, view, options);
    } else {
        fmt::print("{}", report::tree_text(profile, view, options));
    }
    return 0;
}

}  // namespace memray::cli

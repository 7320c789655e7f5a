// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/browse.h"

#include <optional>

#include "cli/report/resident.h"
#include "cli/report/source_lines.h"
#include "cli/terminal/screen.h"
#include "cli/tree/actions.h"
#include "cli/tree/tree_model.h"
#include "cli/tree/tree_screen.h"

namespace memray::tree {

void browse(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options) {
    TreeModel model(profile, view, options);
    report::SourceLines source(report::Confidential::kAll);  // the user's own screen
    TreeScreen screen(model, source, report::beginning_lines(profile));
    terminal::Screen terminal({.mouse = false, .signals = true});
    std::optional<terminal::KeyPress> key;
    do {
        terminal.draw(screen.draw(terminal.size()));
        key = terminal.wait_for_key();
    } while (key && perform(model, action_of(*key), screen.rows(terminal.size())));
}

}  // namespace memray::tree

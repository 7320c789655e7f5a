// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/browse.h"

#include "cli/report/source_lines.h"
#include "cli/tree/curses_terminal.h"
#include "cli/tree/keys.h"
#include "cli/tree/tree_model.h"
#include "cli/tree/tree_screen.h"

namespace memray::tree {

void browse(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options) {
    TreeModel model(profile, view, options);
    report::SourceLines source(report::Confidential::kAll);  // the user's own screen
    TreeScreen screen(model, source);
    CursesTerminal terminal;
    do {
        terminal.show(screen.draw(terminal.size()));
    } while (press(model, terminal.read(), TreeScreen::rows(terminal.size())));
}

}  // namespace memray::tree

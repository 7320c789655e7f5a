// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/browse.h"

#include <optional>
#include <vector>

#include "cli/report/source_lines.h"
#include "cli/terminal/screen.h"
#include "cli/tree/actions.h"
#include "cli/tree/tree_model.h"
#include "cli/tree/tree_screen.h"

namespace memray::tree {
namespace {

using report::Style;
using terminal::Colour;
using terminal::Look;

Look look_of(Style style) {
    switch (style) {
        case Style::kNone:
            break;
        case Style::kBold:
            return {.bold = true};
        case Style::kBoldMagenta:
            return {.colour = Colour::kMagenta, .bold = true};
        case Style::kCyan:
            return {.colour = Colour::kCyan};
        case Style::kRed:
            return {.colour = Colour::kRed};
        case Style::kYellow:
            return {.colour = Colour::kYellow};
        case Style::kGreen:
        case Style::kBrightGreen:
            return {.colour = Colour::kGreen};
        case Style::kDim:
            return {.dim = true};
        case Style::kReverse:
            return {.reversed = true};
    }
    return {};
}

// How the styles of reports look on a screen.
std::vector<terminal::Line> as_screen_lines(const std::vector<report::Line>& lines) {
    std::vector<terminal::Line> result(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const report::Span& span : lines[i]) { result[i].add(span.text, look_of(span.style)); }
    }
    return result;
}

}  // namespace

void browse(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options) {
    TreeModel model(profile, view, options);
    report::SourceLines source(report::Confidential::kAll);  // the user's own screen
    TreeScreen screen(model, source);
    terminal::Screen terminal({.mouse = false, .signals = true});
    std::optional<terminal::KeyPress> key;
    do {
        terminal.draw(as_screen_lines(screen.draw(terminal.size())));
        key = terminal.wait_for_key();
    } while (key && perform(model, action_of(*key), TreeScreen::rows(terminal.size())));
}

}  // namespace memray::tree

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tree view as lines of text for a screen of any size.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/report/source_lines.h"
#include "cli/terminal/kind.h"
#include "cli/tree/line.h"
#include "cli/tree/tree_model.h"

namespace memray::tree {

class TreeScreen {
public:
    // Model and source must outlive the screen. `notes`: said first of all, a line each.
    TreeScreen(const TreeModel& model, report::SourceLines& source, std::vector<std::string> notes = {})
        : model_(model), source_(source), notes_(std::move(notes)) {}

    // `size.lines` lines, none wider than `size.columns`. Scrolls so that the cursor is in sight.
    [[nodiscard]] std::vector<Line> draw(terminal::Size size);

    // Rows of the tree that a screen of this size shows.
    [[nodiscard]] std::size_t rows(terminal::Size size) const noexcept;

private:
    [[nodiscard]] std::vector<Line> tree_lines(std::size_t columns, std::size_t lines);
    [[nodiscard]] Line row_line(std::size_t number, std::size_t columns, std::size_t skipped) const;

    const TreeModel& model_;
    report::SourceLines& source_;
    std::vector<std::string> notes_;
    std::size_t top_{0};  // the first row in sight
};

}  // namespace memray::tree

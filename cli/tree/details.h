// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What stands beside the tree: the facts about the current row and the source around its line.
#pragma once

#include <cstddef>
#include <vector>

#include "cli/report/source_lines.h"
#include "cli/tree/line.h"
#include "cli/tree/tree_model.h"

namespace memray::tree {

// At most `lines` lines of at most `columns` columns.
[[nodiscard]] std::vector<Line> details(const TreeModel& model, report::SourceLines& source, std::size_t columns,
                                        std::size_t lines);

}  // namespace memray::tree

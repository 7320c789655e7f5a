// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the styles of reports look on a screen.
#pragma once

#include <vector>

#include "cli/report/table.h"
#include "cli/terminal/line.h"

namespace memray::tree {

[[nodiscard]] std::vector<terminal::Line> as_screen_lines(const std::vector<report::Line>& lines);

}  // namespace memray::tree

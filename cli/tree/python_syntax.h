// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Colours for a line of Python, looked at by itself: strings over several lines are not known as such.
#pragma once

#include <string_view>

#include "cli/tree/line.h"

namespace memray::tree {

// The spans together are the text.
[[nodiscard]] Line python_line(std::string_view text);

}  // namespace memray::tree

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Shows what a recorder sends, in the way that standard input and output allow.
#pragma once

#include <cstdio>

#include "cli/live/view.h"

namespace memray::live {

// Standard input and output are a terminal that can be drawn on. Else there is text, line by line.
[[nodiscard]] bool has_screen();

// Until the user leaves, or, as text, until the program ends. `text`: where that goes. Throws base::Error if the other
// end makes no sense.
void watch(base::UniqueFd socket, const ViewOptions& options, std::FILE* text);

}  // namespace memray::live

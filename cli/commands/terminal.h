// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the terminal can show.
#pragma once

#include <cstddef>
#include <optional>

namespace memray::cli {

struct TerminalSize {
    std::size_t columns{80};
    std::size_t lines{24};
};

// Of the terminal that standard output is; none if it is a pipe or a file.
[[nodiscard]] std::optional<TerminalSize> output_terminal();

// Standard input and output are a terminal that can show pages.
[[nodiscard]] bool interactive_terminal();

// Standard output is a terminal that understands colours, and the user did not turn them off (NO_COLOR, TERM=dumb).
[[nodiscard]] bool output_has_colours();

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which terminal standard input and output are, and what it can show.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace memray::terminal {

struct Size {
    std::size_t columns{80};
    std::size_t lines{24};
};

// What TERM says; none if it is not set.
[[nodiscard]] std::optional<std::string_view> kind();

// Of the terminal that standard output is; none if it is a pipe or a file.
[[nodiscard]] std::optional<Size> output_size();

// Standard output is a terminal that understands colours, and the user allows them.
[[nodiscard]] bool output_has_colours();

// The user did not turn colours off: NO_COLOR is not set, or empty (no-color.org).
[[nodiscard]] bool colours_allowed();

// Standard input and output are a terminal.
[[nodiscard]] bool is_interactive();

// And one that says it is more than a printer of lines. Whether its kind is known shows when a Screen is opened.
[[nodiscard]] bool expects_pages();

// TERM is a kind of terminal that is known and can move its cursor.
[[nodiscard]] bool can_show_pages();

}  // namespace memray::terminal

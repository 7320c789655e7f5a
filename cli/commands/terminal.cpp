// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace memray::cli {
namespace {

bool terminal_is_dumb() {
    const char* type = std::getenv("TERM");
    return type != nullptr && std::string_view(type) == "dumb";
}

}  // namespace

std::optional<TerminalSize> output_terminal() {
    if (::isatty(STDOUT_FILENO) == 0) { return std::nullopt; }
    TerminalSize size;
    winsize window{};
    // A terminal that does not know its size says 0.
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
        if (window.ws_col > 0) { size.columns = window.ws_col; }
        if (window.ws_row > 0) { size.lines = window.ws_row; }
    }
    return size;
}

bool interactive_terminal() {
    return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && std::getenv("TERM") != nullptr &&
           !terminal_is_dumb();
}

bool output_has_colours() {
    if (::isatty(STDOUT_FILENO) == 0) { return false; }
    const char* no_colour = std::getenv("NO_COLOR");
    if (no_colour != nullptr && *no_colour != '\0') { return false; }
    return !terminal_is_dumb();
}

}  // namespace memray::cli

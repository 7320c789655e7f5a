// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/kind.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

// From terminfo (term.h), whose macros take everyday names such as "lines" and "columns".
extern "C" {
int setupterm(const char* term, int fd, int* result);
char* tigetstr(const char* capability);
}

namespace memray::terminal {
namespace {

constexpr std::string_view kDumb = "dumb";

std::optional<std::string_view> variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) { return std::nullopt; }
    return value;
}

// -1 stands for a capability that is no string, null for one that the terminal has not.
bool can(const char* capability) {
    const char* sequence = ::tigetstr(capability);
    return sequence != nullptr && reinterpret_cast<std::intptr_t>(sequence) != -1;
}

}  // namespace

std::optional<std::string_view> kind() { return variable("TERM"); }

std::optional<Size> output_size() {
    if (::isatty(STDOUT_FILENO) == 0) { return std::nullopt; }
    Size size;
    winsize window{};
    // A terminal that does not know its size says 0.
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
        if (window.ws_col > 0) { size.columns = window.ws_col; }
        if (window.ws_row > 0) { size.lines = window.ws_row; }
    }
    return size;
}

bool output_has_colours() { return ::isatty(STDOUT_FILENO) != 0 && colours_allowed() && kind() != kDumb; }

bool colours_allowed() { return variable("NO_COLOR").value_or("").empty(); }

bool is_interactive() { return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0; }

bool expects_pages() { return is_interactive() && kind() && kind() != kDumb; }

bool can_show_pages() {
    constexpr int kOk = 0;
    int result = 0;
    return ::setupterm(nullptr, STDOUT_FILENO, &result) == kOk && can("cup");
}

}  // namespace memray::terminal

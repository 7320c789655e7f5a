// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/live/screen.h"
#include "injector/base/error.h"

// From terminfo (term.h), whose macros take everyday names such as "lines" and "columns".
extern "C" {
int setupterm(const char* term, int fd, int* result);
char* tigetstr(const char* capability);
}

namespace memray::live {
namespace {

// -1 stands for a capability that is no string, null for one that the terminal has not.
bool can(const char* capability) {
    const char* sequence = ::tigetstr(capability);
    return sequence != nullptr && reinterpret_cast<std::intptr_t>(sequence) != -1;
}

}  // namespace

void Screen::require_known_terminal() {
    const char* term = std::getenv("TERM");
    int result = 0;
    constexpr int kOk = 0;
    if (::setupterm(nullptr, STDOUT_FILENO, &result) == kOk && can("cup")) { return; }
    throw base::Error(std::string("The live view cannot use this terminal: TERM is ") +
                      (term == nullptr ? "not set" : term));
}

}  // namespace memray::live

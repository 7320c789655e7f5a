// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An option that was set before the command line: in a file or in the environment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace memray::settings {

// Who may have written it: only the user, or whoever owns a folder that the user is in.
enum class Origin : std::uint8_t { kEnvironment, kFile };

struct Setting {
    Origin origin{Origin::kEnvironment};
    std::string source;               // for errors: a variable, or a path and a line
    std::string command;              // a subcommand; empty: each that has such an option
    std::string name;                 // long name of the option, without dashes
    std::vector<std::string> values;  // as on a command line; of a switch one, "true" or "false"
    bool truth{false};                // the value is a boolean, not a text
};

}  // namespace memray::settings

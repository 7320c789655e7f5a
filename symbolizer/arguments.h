// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the user asked for on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "symbolizer/options.h"

namespace memray::symbolizer {

struct Arguments {
    std::vector<std::string> captures;
    std::string output;  // empty: the captures themselves
    bool force{false};
    bool check{false};
    int symbols_fd{-1};  // a report waits for the symbols here; they are kept with the capture if that can be written
    Options options;
};

// Nothing if --help or --version was asked for, which it prints. Throws base::Error with exit code 2.
[[nodiscard]] std::optional<Arguments> parse_arguments(int argc, char** argv);

}  // namespace memray::symbolizer

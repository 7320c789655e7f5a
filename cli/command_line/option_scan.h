// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Command lines as memray's users write them, made into those that CLI11 reads: names of long options may be cut short
// ("--trace"), values may follow short ones after "=" ("-s=2"), switches may be turned off ("--native=false"). And
// where the options of `run` end and the profiled program begins.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace memray::cli {

struct GivenOption {
    const CLI::Option* option;
    bool on;  // false: turned off
};

struct ScannedOptions {
    std::vector<std::string> arguments;  // names in full; without what was turned off
    std::vector<GivenOption> given;      // in the order of the command line
    std::size_t count{0};                // how many of the arguments this was
};

enum class Positionals : bool {
    kAnywhere,   // between options, too
    kEndOptions  // all from the first on belongs to somebody else
};

// Unknown options stay where they are, for CLI11 to refuse. Throws UsageError for one that is none but looks like one
// of `app`, for what could be several, and for those that exclude each other.
[[nodiscard]] ScannedOptions scan_options(const CLI::App& app, const std::vector<std::string>& arguments,
                                          Positionals positionals);

// Whether an option has no value but whether it is there.
[[nodiscard]] bool is_switch(const CLI::Option& option);

}  // namespace memray::cli

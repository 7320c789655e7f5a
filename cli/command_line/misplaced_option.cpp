// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/misplaced_option.h"

#include <algorithm>
#include <array>

namespace memray::cli {
namespace {

// What programs say that were called wrongly: argparse, optparse and click; pytest; sysexits.h.
constexpr std::array kUsageErrors{2, 4, 64};

}  // namespace

std::optional<std::string> misplaced_option(const CLI::App& app, const std::vector<std::string>& arguments) {
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    for (auto argument = arguments.begin(); argument != end; ++argument) {
        if (argument->size() < 2 || argument->front() != '-') { continue; }
        std::string name = argument->substr(0, argument->find('='));
        const CLI::Option* option = app.get_option_no_throw(name);
        if (option != nullptr && option != app.get_help_ptr()) { return name; }
    }
    return std::nullopt;
}

// Failures of other kinds are many. Options with a letter (-q, --output) are common ones that a program may have
// itself.
bool may_fail_for(const CLI::App& app, const std::string& option, int exit_code) {
    if (std::find(kUsageErrors.begin(), kUsageErrors.end(), exit_code) != kUsageErrors.end()) { return true; }
    return exit_code != 0 && app.get_option(option)->get_snames().empty();
}

}  // namespace memray::cli

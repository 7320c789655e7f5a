// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/option_split.h"

#include <algorithm>

namespace memray::cli {
namespace {

bool takes_value(const CLI::App& app, const std::string& name) {
    const CLI::Option* option = app.get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_max() > 0;
}

// "-o" and "-qo" want the next argument; "-ofile" has its value.
bool short_wants_next(const CLI::App& app, const std::string& argument) {
    for (std::size_t i = 1; i < argument.size(); ++i) {
        if (takes_value(app, std::string("-") + argument[i])) { return i + 1 == argument.size(); }
    }
    return false;
}

bool wants_next(const CLI::App& app, const std::string& argument) {
    if (!argument.starts_with("--")) { return short_wants_next(app, argument); }
    return argument.find('=') == std::string::npos && takes_value(app, argument);
}

}  // namespace

std::size_t leading_options(const CLI::App& app, const std::vector<std::string>& arguments) {
    std::size_t count = 0;
    while (count < arguments.size()) {
        const std::string& argument = arguments[count];
        if (argument.size() < 2 || argument.front() != '-' || argument == "--") { break; }
        count += wants_next(app, argument) ? 2 : 1;
    }
    return std::min(count, arguments.size());
}

}  // namespace memray::cli

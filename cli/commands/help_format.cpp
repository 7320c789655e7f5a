// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/help_format.h"

#include <utility>

namespace memray::cli {
namespace {

constexpr std::size_t kColumn = 34;
constexpr const char* kEpilog = "Every subcommand explains its options: memray <command> --help\n";

}  // namespace

HelpFormat::HelpFormat(std::string usage) : usage_(std::move(usage)) {
    column_width(kColumn);
    label("Positionals", "positional arguments");
}

std::string HelpFormat::make_option_name(const CLI::Option* option, bool is_positional) const {
    return CLI::detail::find_and_replace(CLI::Formatter::make_option_name(option, is_positional), ",", ", ");
}

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
    std::string help = make_usage(app, std::move(name)) + "\n" + make_description(app);
    help += make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
    const std::string footer = make_footer(app);
    return help + "\n" + (footer.empty() ? "" : footer + "\n") + kEpilog;
}

std::string HelpFormat::make_usage(const CLI::App* /*app*/, std::string name) const {
    return "usage: " + name + " " + usage_ + "\n";
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
    const std::string& text = option->get_option_text();
    return text.empty() ? "" : " " + text;
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
    std::string line = "  " + command->get_name();
    line.resize(std::max(line.size() + 1, kColumn - 20), ' ');
    return line + command->get_description() + "\n";
}

}  // namespace memray::cli

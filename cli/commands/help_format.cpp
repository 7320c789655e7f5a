// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/help_format.h"

#include <set>
#include <utility>
#include <vector>

namespace memray::cli {
namespace {

constexpr std::size_t kColumn = 34;
constexpr const char* kEpilog = "Every subcommand explains its options: memray <command> --help\n";

// As short as it can be written.
std::string word_of(const CLI::Option& option) {
    const auto& letters = option.get_snames();
    const std::string name = letters.empty() ? "--" + option.get_lnames().front() : "-" + letters.front();
    return option.get_option_text().empty() ? name : name + " " + option.get_option_text();
}

// An option with those that exclude each other and it: "[--leaks | --temporary-allocations]".
std::string words_of(const CLI::Option& option, const std::vector<const CLI::Option*>& options) {
    std::string words = word_of(option);
    for (const CLI::Option* other : options) {
        if (option.get_excludes().count(const_cast<CLI::Option*>(other)) != 0) { words += " | " + word_of(*other); }
    }
    return option.get_required() ? words : "[" + words + "]";
}

std::string usage_of(const CLI::App& app) {
    const auto is_option = [](const CLI::Option* option) { return !option->get_positional(); };
    std::string usage;
    std::set<const CLI::Option*> said;
    const std::vector<const CLI::Option*> options = app.get_options(is_option);
    for (const CLI::Option* option : options) {
        if (!said.insert(option).second) { continue; }
        usage += words_of(*option, options) + " ";
        const auto others = option->get_excludes();
        said.insert(others.begin(), others.end());
    }
    for (const CLI::Option* positional : app.get_options([&](const CLI::Option* each) { return !is_option(each); })) {
        const std::string name = positional->get_single_name();
        usage += name + (positional->get_expected_max() > 1 ? " [" + name + " ...] " : " ");
    }
    usage.pop_back();
    return usage;
}

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

std::string HelpFormat::make_usage(const CLI::App* app, std::string name) const {
    return "usage: " + name + " " + (usage_.empty() ? usage_of(*app) : usage_) + "\n";
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

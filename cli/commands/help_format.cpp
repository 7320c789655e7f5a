// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/help_format.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/report/text.h"
#include "cli/terminal/kind.h"

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

// Where the text of a line begins: behind an option or the name of a command, or behind "usage: ".
std::size_t text_column(const std::string& line) {
    constexpr std::size_t kUsage = 7;
    if (!line.starts_with(' ')) { return line.starts_with("usage: ") ? kUsage : 0; }
    const std::size_t name = line.find_first_not_of(' ');
    const std::size_t gap = line.find("  ", name);
    return gap == std::string::npos ? name : line.find_first_not_of(' ', gap);
}

// Lines that are written for a wide terminal, without the breaks within an explanation.
std::vector<std::string> joined_lines(const std::string& help) {
    std::vector<std::string> lines;
    std::istringstream stream(help);
    for (std::string line; std::getline(stream, line);) {
        const bool goes_on = line.starts_with(std::string(kColumn, ' ')) && text_column(lines.back()) == kColumn;
        if (!goes_on) { lines.push_back(std::move(line)); }
        if (goes_on) { lines.back() += line.substr(kColumn - 1); }
    }
    return lines;
}

std::string fitted(const std::string& help, std::size_t width) {
    constexpr std::size_t kNarrow = 60;
    constexpr std::size_t kIndentation = 8;
    std::string result;
    for (const std::string& line : joined_lines(help)) {
        const std::size_t column = text_column(line);
        const bool below = width < kNarrow && column > kIndentation;  // there is no room beside it
        const std::size_t margin = below ? kIndentation : column;
        result += below ? line.substr(0, line.find_last_not_of(' ', column - 1) + 1) : line.substr(0, column);
        bool first = !below;
        for (const std::string& part : report::wrapped(line.substr(column), width - std::min(width, margin))) {
            result += first ? part : "\n" + std::string(margin, ' ') + part;
            first = false;
        }
        result += '\n';
    }
    return result;
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
    help += "\n" + (footer.empty() ? "" : footer + "\n") + kEpilog;
    const auto size = terminal::output_size();
    return size ? fitted(help, size->columns) : help;
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

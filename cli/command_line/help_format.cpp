// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/help_format.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/terminal/kind.h"
#include "cli/terminal/word_wrap.h"

namespace memray::cli {
namespace {

constexpr std::size_t kColumn = 34;
constexpr std::size_t kNarrowest = 60;  // below, the terminal breaks lines
constexpr std::size_t kWidest = 120;    // lines beyond are hard to read
constexpr const char* kEpilog = "Every subcommand explains its options: memray <command> --help";

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
        usage.append(name);
        if (positional->get_expected_max() > 1) { usage.append(" [").append(name).append(" ...]"); }
        usage += ' ';
    }
    usage.pop_back();
    return usage;
}

// With `indent` blanks before all lines but the first.
std::string indented(const std::string& text, std::size_t indent) {
    return CLI::detail::find_and_replace(text, "\n", "\n" + std::string(indent, ' '));
}

// Lines that begin with a blank, as examples do, and empty ones stay; those between them are one text each.
std::string paragraphs_wrapped(const std::string& text, std::size_t width) {
    std::istringstream lines(text);
    std::string result;
    std::string paragraph;
    const auto finish = [&] {
        if (!paragraph.empty()) { result.append(terminal::word_wrapped(paragraph, width)).append("\n"); }
        paragraph.clear();
    };
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && !line.starts_with(' ')) {
            paragraph.append(line).append("\n");
            continue;
        }
        finish();
        result.append(line).append("\n");
    }
    finish();
    return result;
}

}  // namespace

HelpFormat::HelpFormat(std::string usage)
    : usage_(std::move(usage)),
      width_(std::clamp(terminal::output_size().value_or(terminal::Size{}).columns, kNarrowest, kWidest)) {
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
    return help + "\n" + (footer.empty() ? "" : paragraphs_wrapped(footer, width_) + "\n") +
           terminal::word_wrapped(kEpilog, width_) + "\n";
}

std::string HelpFormat::make_description(const CLI::App* app) const {
    return paragraphs_wrapped(CLI::Formatter::make_description(app), width_);
}

std::string HelpFormat::make_usage(const CLI::App* app, std::string name) const {
    constexpr std::size_t kIndent = 7;  // below what follows "usage: "
    const std::string line = usage_line(*app, name).substr(kIndent);
    return "usage: " + indented(terminal::word_wrapped(line, width_ - kIndent), kIndent) + "\n";
}

std::string HelpFormat::usage_line(const CLI::App& app, const std::string& name) const {
    return "usage: " + name + " " + (usage_.empty() ? usage_of(app) : usage_);
}

// CLI11 puts lines below each other.
std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
    return terminal::word_wrapped(option->get_description(), width_ - kColumn);
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
    const std::string& text = option->get_option_text();
    return text.empty() ? "" : " " + text;
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
    std::string line = "  " + command->get_name();
    line.resize(std::max(line.size() + 1, kColumn - 20), ' ');
    const std::size_t indent = line.size();
    return line + indented(terminal::word_wrapped(command->get_description(), width_ - indent), indent) + "\n";
}

}  // namespace memray::cli

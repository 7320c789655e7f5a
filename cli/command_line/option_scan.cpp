// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/option_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "cli/command_line/nearest_word.h"
#include "injector/base/error.h"

namespace memray::cli {
namespace {

// All names, as argparse joins them.
std::string names_of(const CLI::Option& option) {
    return CLI::detail::find_and_replace(option.get_name(false, true), ",", "/");
}

void refuse_conflicts(const std::vector<GivenOption>& given) {
    for (auto later = given.begin(); later != given.end(); ++later) {
        const auto& excluded = later->option->get_excludes();
        const auto earlier = std::find_if(given.begin(), later, [&](const GivenOption& each) {
            return each.on && later->on && excluded.count(const_cast<CLI::Option*>(each.option)) != 0;
        });
        if (earlier == later) { continue; }
        throw base::UsageError(fmt::format("argument {}: not allowed with argument {}", names_of(*later->option),
                                           names_of(*earlier->option)));
    }
}

// Full name and option of every long name that begins with `start`; one for each option.
std::vector<std::pair<std::string, const CLI::Option*>> beginning_with(const CLI::App& app, const std::string& start) {
    std::vector<std::pair<std::string, const CLI::Option*>> found;
    for (const CLI::Option* option : app.get_options()) {
        const auto& names = option->get_lnames();
        const auto name = std::find_if(names.begin(), names.end(),
                                       [&](const std::string& each) { return ("--" + each).starts_with(start); });
        if (name != names.end()) { found.emplace_back("--" + *name, option); }
    }
    return found;
}

void refuse_misspelled(const CLI::App& app, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& [full, option] : beginning_with(app, "--")) { known.push_back(full); }
    const std::optional<std::string> meant = nearest_word(name, known);
    if (meant) { throw base::UsageError(fmt::format("unrecognized arguments: {}, did you mean {}?", name, *meant)); }
}

[[noreturn]] void refuse_ambiguous(const std::string& name,
                                   const std::vector<std::pair<std::string, const CLI::Option*>>& candidates) {
    std::vector<std::string> names;
    for (const auto& [full, option] : candidates) { names.push_back(full); }
    throw base::UsageError(fmt::format("ambiguous option: {} could match {}", name, fmt::join(names, ", ")));
}

bool means_off(const std::string& value) {
    try {
        return CLI::detail::to_flag_value(value) < 0;
    } catch (const std::logic_error&) { return false; }  // CLI11 will refuse it
}

class Scan {
public:
    Scan(const CLI::App& app, const std::vector<std::string>& arguments, Positionals positionals)
        : app_(app), arguments_(arguments), positionals_(positionals) {}

    ScannedOptions operator()() {
        std::size_t& at = result_.count;
        while (at < arguments_.size() && arguments_[at] != "--") {
            const std::string& argument = arguments_[at];
            const bool is_option = argument.size() > 1 && argument.front() == '-';
            if (!is_option && positionals_ == Positionals::kEndOptions) { break; }
            ++at;
            if (!is_option) {
                result_.arguments.push_back(argument);
            } else if (argument.starts_with("--")) {
                take_word(argument);
            } else {
                take_letters(argument);
            }
        }
        if (positionals_ == Positionals::kAnywhere) { take_rest(); }
        refuse_conflicts(result_.given);
        return std::move(result_);
    }

private:
    // "--name" or "--name=value"
    void take_word(const std::string& argument) {
        const std::size_t end = std::min(argument.find('='), argument.size());
        const std::string value = argument.substr(end);
        const auto [name, option] = resolved(argument.substr(0, end));
        if (option == nullptr) { return result_.arguments.push_back(argument); }
        const bool off = is_switch(*option) && !value.empty() && means_off(value.substr(1));
        result_.given.push_back({option, !off});
        if (off) { return; }
        result_.arguments.push_back(name + value);
        if (value.empty() && !is_switch(*option)) { take_value(); }
    }

    [[nodiscard]] std::pair<std::string, const CLI::Option*> resolved(const std::string& name) const {
        if (const CLI::Option* option = app_.get_option_no_throw(name)) { return {name, option}; }
        const auto candidates = beginning_with(app_, name);
        if (candidates.size() == 1) { return candidates.front(); }
        if (candidates.size() > 1) { refuse_ambiguous(name, candidates); }
        refuse_misspelled(app_, name);
        return {name, nullptr};
    }

    // "-q", "-qo value", "-ofile", "-o=file"
    void take_letters(std::string argument) {
        for (std::size_t i = 1; i < argument.size(); ++i) {
            const CLI::Option* option = app_.get_option_no_throw(std::string("-") + argument[i]);
            if (option == nullptr) { break; }
            result_.given.push_back({option, true});
            if (is_switch(*option)) { continue; }
            const bool alone = i + 1 == argument.size();
            if (!alone && argument[i + 1] == '=') { argument.erase(i + 1, 1); }
            result_.arguments.push_back(argument);
            if (alone) { take_value(); }
            return;
        }
        result_.arguments.push_back(argument);
    }

    void take_value() {
        if (result_.count < arguments_.size()) { result_.arguments.push_back(arguments_[result_.count++]); }
    }

    void take_rest() {
        while (result_.count < arguments_.size()) { take_value(); }
    }

    const CLI::App& app_;
    const std::vector<std::string>& arguments_;
    Positionals positionals_;
    ScannedOptions result_;
};

}  // namespace

bool is_switch(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

ScannedOptions scan_options(const CLI::App& app, const std::vector<std::string>& arguments, Positionals positionals) {
    return Scan(app, arguments, positionals)();
}

}  // namespace memray::cli

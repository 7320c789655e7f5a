// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "cli/command_line/nearest_word.h"
#include "cli/settings/config_file.h"
#include "cli/settings/environment.h"
#include "injector/base/error.h"

namespace memray::cli {
namespace {

using settings::Origin;
using settings::Setting;

constexpr std::array<std::string_view, 3> kNoSettings{"help", "version", "no-config"};
// A file may lie in a folder of somebody else's (an archive, a checkout) that a report is only read in. Nothing in it
// makes memray execute, open or quote something, end something, or choose what is written where.
constexpr std::array<std::string_view, 14> kNotFromFiles{"output",
                                                         "force",
                                                         "on-exit",
                                                         "exec",
                                                         "python",
                                                         "python-arg",
                                                         "live-port",
                                                         "live-remote",
                                                         "confidential-files",
                                                         "force-detach",
                                                         "duration",
                                                         "snapshot-every",
                                                         "snapshot-on-rss",
                                                         "flamegraph"};

template <typename Names>
bool contains(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Of those that have a long name.
const CLI::Option* option_of(const CLI::App& app, const std::string& name) {
    return app.get_option_no_throw("--" + name);
}

base::Error refused(const Setting& setting, const std::string& why) {
    return base::Error(fmt::format("{}: {}: {}", setting.source, setting.name, why), base::kWrongUsage);
}

std::string unknown(const Setting& setting, const std::vector<const CLI::App*>& apps) {
    std::vector<std::string> names;
    for (const CLI::App* app : apps) {
        for (const CLI::Option* option : app->get_options()) {
            names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
        }
    }
    const auto meant = nearest_word(setting.name, names);
    const std::string who = setting.command.empty() ? "memray" : "memray " + setting.command;
    return fmt::format("{} has no such option{}", who, meant ? ", did you mean " + *meant + "?" : "");
}

void require_known(const Setting& setting, const CLI::App& program) {
    std::vector<const CLI::App*> apps;
    for (const CLI::App* app : program.get_subcommands([](const CLI::App*) { return true; })) {
        if (setting.command.empty() || app->get_name() == setting.command) { apps.push_back(app); }
    }
    if (apps.empty()) {
        throw base::Error(fmt::format("{}: there is no command '{}'", setting.source, setting.command),
                          base::kWrongUsage);
    }
    const bool known = std::any_of(apps.begin(), apps.end(),
                                   [&](const CLI::App* app) { return option_of(*app, setting.name) != nullptr; });
    if (!known) { throw refused(setting, unknown(setting, apps)); }
    if (setting.origin != Origin::kFile) { return; }
    if (contains(kNoSettings, setting.name)) { throw refused(setting, "this cannot be a default"); }
    if (contains(kNotFromFiles, setting.name)) {
        throw refused(setting, "this cannot be set in a file, only in MEMRAY_OPTIONS and on the command line");
    }
}

// Whether a switch is on. The last value counts.
bool is_on(const Setting& setting) {
    const std::string value = setting.values.empty() ? "" : setting.values.back();
    const bool text_is_wrong = setting.origin == Origin::kFile && !setting.truth;
    if (text_is_wrong || (value != "true" && value != "false")) {
        throw refused(setting, fmt::format("this is true or false, not '{}'", value));
    }
    return value == "true";
}

void set(CLI::Option& option, const Setting& setting) {
    if (setting.truth && !is_switch(option)) { throw refused(setting, "this needs a value"); }
    try {
        for (const std::string& value : setting.values) { option.add_result(value); }
        option.run_callback();  // now, to know whose fault it is
    } catch (const CLI::ConversionError&) {
        throw refused(setting, fmt::format("'{}' is not a number that is possible here", setting.values.back()));
    } catch (const CLI::ParseError& error) { throw refused(setting, error.what()); }
}

bool is_set(const std::vector<GivenOption>& given, const CLI::Option* option) {
    return std::any_of(given.begin(), given.end(),
                       [&](const GivenOption& each) { return each.option == option && each.on; });
}

bool is_open(const CLI::Option& option, const std::vector<GivenOption>& given) {
    const auto needs = option.get_needs();
    return std::none_of(given.begin(), given.end(),
                        [&](const GivenOption& each) {
                            const auto& excluded = option.get_excludes();
                            const bool excludes = each.on && excluded.count(const_cast<CLI::Option*>(each.option)) != 0;
                            return each.option == &option || excludes;
                        }) &&
           std::all_of(needs.begin(), needs.end(), [&](const CLI::Option* needed) { return is_set(given, needed); });
}

bool turns_files_off(const Setting& setting) { return setting.name == kNoConfig + 2 && is_on(setting); }

}  // namespace

std::vector<Setting> wanted_settings(const CLI::App& app, const std::vector<GivenOption>& given) {
    if (is_set(given, app.get_option_no_throw(kNoConfig)) || is_set(given, app.get_help_ptr())) { return {}; }
    std::vector<Setting> all = settings::environment_settings();
    if (std::any_of(all.begin(), all.end(), turns_files_off)) { return all; }
    std::error_code gone;
    const std::filesystem::path here = std::filesystem::current_path(gone);
    const std::vector<Setting> file = gone ? std::vector<Setting>{} : settings::nearest_file_settings(here);
    all.insert(all.end(), file.begin(), file.end());
    return all;
}

void require_known(const std::vector<Setting>& settings, const CLI::App& program) {
    for (const Setting& setting : settings) { require_known(setting, program); }
}

void apply_settings(const std::vector<Setting>& settings, CLI::App& app, std::vector<GivenOption> given) {
    for (const Setting& setting : settings) {
        const bool meant = setting.command.empty() || setting.command == app.get_name();
        const CLI::Option* option = meant ? option_of(app, setting.name) : nullptr;
        if (option == nullptr || !is_open(*option, given)) { continue; }
        const bool on = !is_switch(*option) || is_on(setting);
        given.push_back({option, on});
        if (on && !setting.values.empty()) { set(const_cast<CLI::Option&>(*option), setting); }
    }
}

}  // namespace memray::cli

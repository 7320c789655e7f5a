// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace memray::symbolizer {
namespace {

using capture::Profile;
using capture::Symbols;
using capture::SymbolSource;

constexpr std::size_t kMaxNamed = 4;  // modules in a sentence

ModuleCoverage operator+(ModuleCoverage a, const ModuleCoverage& b) {
    a.addresses += b.addresses;
    a.with_line += b.with_line;
    a.with_function += b.with_function;
    a.unnamed += b.unnamed;
    return a;
}

constexpr std::string_view kKept = "gone when the recording ended, its symbols are in the capture";
constexpr std::string_view kKeptExports = "gone when the recording ended, its exported symbols are in the capture";

// Empty if its symbols do not come from the capture.
std::string_view kept_of(const Symbols& symbols, std::uint32_t module) {
    if (module >= symbols.modules.size() || !symbols.modules[module].kept) { return {}; }
    return symbols.modules[module].source == SymbolSource::kDynamicSymbols ? kKeptExports : kKept;
}

std::string name_of(const Profile& profile, std::uint32_t module) {
    return module == capture::kNoModule ? "code made at run time" : file_name(profile.modules[module].path);
}

// Why some of a module's addresses have no line, or not even a function.
std::string_view reason_of(const Symbols& symbols, std::uint32_t module, bool unnamed) {
    if (module != capture::kNoModule) { return reason(symbols.modules[module].source); }
    return unnamed ? "in no perf map" : "perf maps have no lines";
}

std::string grouped(std::size_t number) {
    return number < 1000 ? std::to_string(number) : fmt::format("{},{:03}", grouped(number / 1000), number % 1000);
}

// " (not found: a.so, b.so; no symbols: c.so)": the modules with something in `field`, by reason.
std::string reasons(const Profile& profile, const Symbols& symbols, const std::vector<ModuleCoverage>& modules,
                    std::size_t ModuleCoverage::*field) {
    std::vector<std::pair<std::string_view, std::vector<std::string>>> groups;
    for (const ModuleCoverage& entry : modules) {
        if (entry.*field == 0) { continue; }
        const std::string_view why = reason_of(symbols, entry.module, field == &ModuleCoverage::unnamed);
        auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& known) { return known.first == why; });
        if (group == groups.end()) { group = groups.insert(group, {why, {}}); }
        group->second.push_back(name_of(profile, entry.module));
    }
    std::string text;
    for (auto& [why, names] : groups) {
        const std::size_t more = names.size() - std::min(names.size(), kMaxNamed);
        names.resize(names.size() - more);
        if (more > 0) { names.push_back(fmt::format("{} more", more)); }
        text += fmt::format("{}{}: {}", text.empty() ? " (" : "; ", why, fmt::join(names, ", "));
    }
    if (!text.empty()) { text += ')'; }
    return text;
}

// "; gone when the recording ended, its symbols are in the capture: a.so".
std::string kept_text(const Profile& profile, const Symbols& symbols, const std::vector<ModuleCoverage>& modules) {
    std::string text;
    for (const std::string_view kept : {kKept, kKeptExports}) {
        std::vector<std::string> names;
        for (const ModuleCoverage& entry : modules) {
            if (kept_of(symbols, entry.module) == kept) { names.push_back(name_of(profile, entry.module)); }
        }
        if (!names.empty()) { text += fmt::format("; {}: {}", kept, fmt::join(names, ", ")); }
    }
    return text;
}

}  // namespace

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string_view reason(SymbolSource source) {
    switch (source) {
        case SymbolSource::kNotUsed:
        case SymbolSource::kMissing:
            return "file not found";
        case SymbolSource::kMismatch:
            return "file is another version than the one recorded";
        case SymbolSource::kUnreadable:
            return "file cannot be read or is damaged";
        case SymbolSource::kNone:
            return "no symbols";
        case SymbolSource::kDynamicSymbols:
        case SymbolSource::kMiniDebugInfo:
        case SymbolSource::kSymbolTable:
            return "no debug information";
        case SymbolSource::kDebugInformation:
            return "debug information does not say";
    }
    return "";
}

std::vector<ModuleCoverage> coverage(const Profile& profile, const Symbols& symbols) {
    std::vector<ModuleCoverage> modules(profile.modules.size() + 1);
    for (std::uint32_t i = 0; i < profile.modules.size(); ++i) { modules[i].module = i; }
    for (std::uint32_t i = 0; i < profile.native_frames.size(); ++i) {
        const std::uint32_t module = profile.native_frames[i].module;
        ModuleCoverage& entry = module == capture::kNoModule ? modules.back() : modules[module];
        const auto names = symbols.of(i);
        entry.addresses += 1;
        if (names.empty()) {
            entry.unnamed += 1;
        } else {
            (names.back().line != 0 ? entry.with_line : entry.with_function) += 1;
        }
    }
    std::erase_if(modules, [](const ModuleCoverage& entry) { return entry.addresses == 0; });
    std::stable_sort(modules.begin(), modules.end(),
                     [](const ModuleCoverage& a, const ModuleCoverage& b) { return a.addresses > b.addresses; });
    return modules;
}

std::string coverage_text(const Profile& profile, const Symbols& symbols) {
    const std::vector<ModuleCoverage> modules = coverage(profile, symbols);
    ModuleCoverage sum;
    for (const ModuleCoverage& entry : modules) { sum = sum + entry; }
    return fmt::format("{} {}: {} with function and line, {} with function only{}, {} without a name{}{}",
                       grouped(sum.addresses), sum.addresses == 1 ? "address" : "addresses", grouped(sum.with_line),
                       grouped(sum.with_function), reasons(profile, symbols, modules, &ModuleCoverage::with_function),
                       grouped(sum.unnamed), reasons(profile, symbols, modules, &ModuleCoverage::unnamed),
                       kept_text(profile, symbols, modules));
}

std::string coverage_table(const Profile& profile, const Symbols& symbols) {
    std::string text =
        fmt::format("{:>9} {:>9} {:>9} {:>9}  {}\n", "addresses", "lines", "functions", "nothing", "module");
    for (const ModuleCoverage& entry : coverage(profile, symbols)) {
        const bool complete = entry.with_line == entry.addresses;
        const std::string path =
            entry.module == capture::kNoModule ? "code made at run time" : profile.modules[entry.module].path;
        const std::string_view kept = kept_of(symbols, entry.module);
        fmt::format_to(std::back_inserter(text), "{:>9} {:>9} {:>9} {:>9}  {}{}{}\n", grouped(entry.addresses),
                       grouped(entry.with_line), grouped(entry.with_function), grouped(entry.unnamed), path,
                       complete ? "" : fmt::format(" ({})", reason_of(symbols, entry.module, entry.unnamed > 0)),
                       kept.empty() ? "" : fmt::format(" ({})", kept));
    }
    return text;
}

}  // namespace memray::symbolizer

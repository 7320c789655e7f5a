// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/stats/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "cli/report/modules.h"

namespace memray::report {
namespace {

using capture::Amount;
using capture::Profile;

constexpr std::string_view kNoStack = "<stack trace unavailable>";

std::string location_text(const StackView& view, const ViewFrame& frame) {
    return fmt::format("{}:{}:{}", view.strings[frame.function], view.strings[frame.file], frame.line);
}

std::vector<Ranked> ranked(const std::map<std::string, Amount>& amounts) {
    std::vector<Ranked> result;
    for (const auto& [name, amount] : amounts) {
        if (amount.count > 0) { result.push_back({name, amount}); }
    }
    return result;
}

std::vector<Ranked> locations(const Profile& profile, const StackView& view) {
    // Stacks share frames, so naming is done once per frame, not once per site.
    std::vector<Amount> of_frame(view.frames.size());
    std::map<std::string, Amount> amounts;
    for (std::size_t i = 0; i < profile.sites.size(); ++i) {
        const std::uint32_t stack = view.of_site[i];
        if (stack == kLeftOut) { continue; }
        const bool no_stack = stack == capture::kRootStack;
        (no_stack ? amounts[std::string(kNoStack)] : of_frame[view.stacks[stack].frame]) += profile.sites[i].total;
    }
    for (std::size_t i = 0; i < of_frame.size(); ++i) {
        if (of_frame[i].count > 0) { amounts[location_text(view, view.frames[i])] += of_frame[i]; }
    }
    return ranked(amounts);
}

std::vector<Ranked> modules(const Profile& profile, const StackView& view) {
    const std::vector<std::string> of_files = modules_of_files(view, profile.metadata.search_paths);
    const std::vector<std::string_view> of_stacks = modules_of_stacks(view, of_files);
    std::map<std::string, Amount> amounts;
    for (std::size_t i = 0; i < profile.sites.size(); ++i) {
        if (view.of_site[i] == kLeftOut) { continue; }
        amounts[std::string(of_stacks[view.of_site[i]])] += profile.sites[i].total;
    }
    return ranked(amounts);
}

std::vector<Ranked> by_size(std::vector<Ranked> entries, std::size_t largest) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Ranked& a, const Ranked& b) { return a.amount.bytes > b.amount.bytes; });
    entries.resize(std::min(entries.size(), largest));
    return entries;
}

std::vector<Ranked> by_count(std::vector<Ranked> entries, std::size_t largest) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Ranked& a, const Ranked& b) { return a.amount.count > b.amount.count; });
    entries.resize(std::min(entries.size(), largest));
    return entries;
}

std::vector<Ranked> allocators(const Profile& profile) {
    std::map<std::string, Amount> amounts;
    for (std::size_t i = 0; i < profile.allocators.size(); ++i) {
        const auto allocator = static_cast<capture::Allocator>(i);
        if (capture::is_deallocator(allocator)) { continue; }
        amounts.emplace(capture::allocator_name(allocator), profile.allocators[i]);
    }
    return by_count(ranked(amounts), profile.allocators.size());
}

}  // namespace

Statistics compute_statistics(const Profile& profile, const StackView& view, std::size_t largest) {
    const std::vector<Ranked> all_locations = locations(profile, view);
    const std::vector<Ranked> all_modules = modules(profile, view);
    return {allocators(profile), by_size(all_locations, largest), by_count(all_locations, largest),
            by_size(all_modules, largest), by_count(all_modules, largest)};
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/leaks/suspects.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cli/report/leaks/live_curves.h"
#include "cli/report/my_code.h"

namespace memray::report {
namespace {

constexpr std::uint32_t kNobody = 0xffffffff;  // called it
constexpr std::uint64_t kNotable = 10;         // a tenth of what a place holds
constexpr std::size_t kMostCallers = 64;

// Sites whose stacks end in the same frames. stacks[i]: that which the outermost of these frames is the last of, on the
// stack of sites[i]; or the root.
struct Group {
    std::vector<std::uint32_t> sites;
    std::vector<std::uint32_t> stacks;
};
using Frames = std::vector<std::uint32_t>;

// For each site the frame that stands for its process: in merged captures stacks begin with it. 0 in others.
std::vector<std::uint32_t> processes_of(const capture::Profile& profile, const StackView& view) {
    std::vector<std::uint32_t> processes(view.of_site.size());
    if (profile.processes.empty()) { return processes; }
    std::vector<std::uint32_t> outermost(view.stacks.size());
    for (std::size_t i = 1; i < outermost.size(); ++i) {
        const capture::Stack& stack = view.stacks[i];
        outermost[i] = stack.parent == capture::kRootStack ? stack.frame : outermost[stack.parent];
    }
    for (std::size_t i = 0; i < processes.size(); ++i) {
        if (view.of_site[i] != kLeftOut) { processes[i] = outermost[view.of_site[i]]; }
    }
    return processes;
}

class Search {
public:
    Search(const capture::Profile& profile, const StackView& view, TimeRange range, bool all_frames)
        : profile_(profile),
          view_(view),
          all_frames_(all_frames),
          equal_(first_equal_frames(view)),
          curves_(profile, range, processes_of(profile, view)) {}

    std::vector<Suspect> run(const std::vector<bool>& imported) {
        Group all;
        for (std::uint32_t site = 0; site < view_.of_site.size(); ++site) {
            if (view_.of_site[site] == kLeftOut || imported[site]) { continue; }
            all.sites.push_back(site);
            all.stacks.push_back(view_.of_site[site]);
        }
        return in_each(all, {});
    }

private:
    [[nodiscard]] std::map<std::uint32_t, Group> by_frame(const Group& group) const {
        std::map<std::uint32_t, Group> groups;
        for (std::size_t i = 0; i < group.sites.size(); ++i) {
            const std::uint32_t stack = group.stacks[i];
            Group& of = groups[stack == capture::kRootStack ? kNobody : equal_[view_.stacks[stack].frame]];
            of.sites.push_back(group.sites[i]);
            of.stacks.push_back(stack);
        }
        return groups;
    }

    void step_to_callers(Group& group) const {
        for (std::uint32_t& stack : group.stacks) { stack = view_.stacks[stack].parent; }  // the root is its own
    }

    [[nodiscard]] std::optional<Suspect> judge(const Group& group, const Frames& frames) const {
        std::vector<std::uint64_t> curve = curves_.of(group.sites);
        const std::optional<Growth> growth = steady_growth(curves_.busy_part(curve, group.sites));
        if (!growth) { return {}; }
        return Suspect{frames, curves_.last(group.sites), std::move(curve), *growth};
    }

    // Suspects among what these frames allocated: all of it, or that of some callers if others do not grow. A leak may
    // hide below the saw-teeth of other callers, so these are looked at in any case.
    [[nodiscard]] std::vector<Suspect> in(const Group& group, const Frames& frames) const {
        std::optional<Suspect> whole = judge(group, frames);
        std::vector<Suspect> parts = of_callers(group, frames);
        if (!whole && parts.empty() && !all_frames_) { whole = of_stacks(group, frames); }
        if (!whole) { return parts; }
        std::uint64_t growing = 0;
        for (const Suspect& part : parts) { growing += part.live.bytes; }
        const bool mixed = (whole->live.bytes - growing) * kNotable > whole->live.bytes;
        if (!parts.empty() && (mixed || parts.size() == 1)) { return parts; }
        std::vector<Suspect> result;
        result.push_back(std::move(*whole));
        return result;
    }

    // Where lines of own code stand for all that libraries do for them, what grows may hide below what comes and goes:
    // the stacks of the profile, which have all frames, tell it apart.
    [[nodiscard]] std::optional<Suspect> of_stacks(const Group& group, const Frames& frames) const {
        std::map<std::pair<std::uint32_t, std::uint32_t>, Group> stacks;
        for (const std::uint32_t site : group.sites) {
            stacks[{profile_.sites[site].stack, profile_.sites[site].native_stack}].sites.push_back(site);
        }
        Group growing;
        for (const auto& [stack, part] : stacks) {
            if (!judge(part, frames)) { continue; }
            growing.sites.insert(growing.sites.end(), part.sites.begin(), part.sites.end());
        }
        std::optional<Suspect> found = judge(growing, frames);
        const bool notable = found && found->live.bytes * kNotable >= curves_.last(group.sites).bytes;
        return notable ? std::move(found) : std::nullopt;
    }

    // From the nearest callers on that are not the same for all.
    [[nodiscard]] std::vector<Suspect> of_callers(Group group, Frames frames) const {
        while (frames.size() < kMostCallers) {
            step_to_callers(group);
            const std::map<std::uint32_t, Group> groups = by_frame(group);
            if (groups.size() > 1) { return in_each(group, frames); }
            if (groups.begin()->first == kNobody) { break; }
            frames.push_back(groups.begin()->first);
        }
        return {};
    }

    [[nodiscard]] std::vector<Suspect> in_each(const Group& group, const Frames& frames) const {
        std::vector<Suspect> found;
        for (const auto& [frame, part] : by_frame(group)) {
            Frames longer = frames;
            if (frame != kNobody) { longer.push_back(frame); }
            std::vector<Suspect> more = in(part, longer);
            found.insert(found.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        }
        return found;
    }

    const capture::Profile& profile_;
    const StackView& view_;
    const bool all_frames_;
    const std::vector<std::uint32_t> equal_;
    const LiveCurves curves_;
};

// For each site.
std::vector<bool> is_imported(const StackView& mine) {
    std::vector<bool> result;
    for (const std::uint32_t stack : mine.of_site) {
        const bool has_frame = stack != kLeftOut && stack != capture::kRootStack;
        result.push_back(has_frame && names_import(mine.strings[mine.frames[mine.stacks[stack].frame].function]));
    }
    return result;
}

}  // namespace

TimeRange whole_time(const capture::Profile& profile) {
    return {0, static_cast<std::uint32_t>(profile.time_buckets.size()) - 1};
}

std::vector<Suspect> leak_suspects(const capture::Profile& profile, const StackView& view, TimeRange range,
                                   bool all_frames) {
    const std::vector<bool> imported =
        all_frames ? is_imported(my_code_of(view, LibraryCalls::kCharged)) : is_imported(view);
    std::vector<Suspect> found = Search(profile, view, range, all_frames).run(imported);
    std::stable_sort(found.begin(), found.end(),
                     [](const Suspect& a, const Suspect& b) { return a.growth.bytes > b.growth.bytes; });
    return found;
}

}  // namespace memray::report

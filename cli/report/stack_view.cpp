// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/stack_view.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "cli/report/hybrid_stacks.h"
#include "cli/report/locations.h"

namespace memray::report {

namespace {

bool has_native_stacks(const capture::Profile& profile) { return profile.native_stacks.size() > 1; }

// All but strings and stacks.
void add_frames(const capture::Profile& profile, StackView& view) {
    view.frames.reserve(profile.frames.size());
    for (const capture::Frame& frame : profile.frames) {
        const capture::Function& function = profile.functions[frame.function];
        view.frames.push_back({function.name, function.file, frame.line, FrameKind::kPython, function.first_line});
    }
    view.of_site.reserve(profile.sites.size());
    for (const capture::Site& site : profile.sites) { view.of_site.push_back(site.stack); }
}

}  // namespace

StackView make_stack_view(const capture::Profile& profile) {
    StackView view;
    view.strings = profile.strings;
    view.stacks = profile.stacks;
    add_frames(profile, view);
    if (has_native_stacks(profile)) { add_native_frames(profile, view); }
    return view;
}

StackView take_stack_view(capture::Profile& profile) {
    if (has_native_stacks(profile)) { return make_stack_view(profile); }
    StackView view;
    view.strings = std::move(profile.strings);
    view.stacks = std::move(profile.stacks);
    add_frames(profile, view);
    return view;
}

void take_out(StackView& view, const std::vector<bool>& unwanted) {
    std::vector<std::uint32_t> kept(view.stacks.size());
    for (std::uint32_t i = 1; i < view.stacks.size(); ++i) {
        capture::Stack& stack = view.stacks[i];
        stack.parent = kept[stack.parent];
        kept[i] = unwanted[stack.frame] ? stack.parent : i;
    }
    for (std::uint32_t& stack : view.of_site) {
        if (stack != kLeftOut) { stack = kept[stack]; }
    }
}

std::vector<std::uint32_t> first_equal_frames(const StackView& view) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, FrameKind>, std::uint32_t> known;
    std::vector<std::uint32_t> result;
    result.reserve(view.frames.size());
    for (const ViewFrame& frame : view.frames) {
        const auto number = static_cast<std::uint32_t>(result.size());
        result.push_back(known.try_emplace({frame.function, frame.file, frame.line, frame.kind}, number).first->second);
    }
    return result;
}

std::string frame_text(const StackView& view, const ViewFrame& frame) {
    const std::string& function = view.strings[frame.function];
    const std::string& file = view.strings[frame.file];
    if (function.empty() && file.empty()) { return std::string(kUnknownLocation); }
    if (file.empty()) { return function; }
    if (frame.line == 0) { return fmt::format("{} at {}", function, file); }
    return fmt::format("{} at {}:{}", function, file, frame.line);
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "injector/base/error.h"

namespace memray::report {
namespace {

using Expressions = std::vector<std::unique_ptr<re2::RE2>>;

Expressions compile(const std::vector<std::string>& patterns) {
    Expressions expressions;
    for (const std::string& pattern : patterns) {
        auto expression = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
        if (!expression->ok()) {
            throw base::Error(fmt::format("Invalid regular expression {}: {}", pattern, expression->error()),
                              base::kWrongUsage);
        }
        expressions.push_back(std::move(expression));
    }
    return expressions;
}

// One answer for each frame.
std::vector<bool> matches(const StackView& view, const Expressions& expressions) {
    std::vector<bool> result;
    result.reserve(view.frames.size());
    for (const ViewFrame& frame : view.frames) {
        const std::string text = view.strings[frame.function] + " at " + view.strings[frame.file];
        result.push_back(std::any_of(expressions.begin(), expressions.end(), [&](const auto& expression) {
            return re2::RE2::PartialMatch(text, *expression);
        }));
    }
    return result;
}

void leave_out_others(StackView& view, const std::vector<bool>& wanted) {
    std::vector<bool> shown(view.stacks.size());
    for (std::size_t i = 1; i < view.stacks.size(); ++i) {
        shown[i] = wanted[view.stacks[i].frame] || shown[view.stacks[i].parent];
    }
    for (std::uint32_t& stack : view.of_site) {
        if (stack != kLeftOut && !shown[stack]) { stack = kLeftOut; }
    }
}

}  // namespace

FrameFilter::FrameFilter(const std::vector<std::string>& include, const std::vector<std::string>& exclude)
    : include_(compile(include)), exclude_(compile(exclude)) {}

FrameFilter::~FrameFilter() = default;

void FrameFilter::apply(StackView& view) const {
    if (!include_.empty()) { leave_out_others(view, matches(view, include_)); }
    if (!exclude_.empty()) { take_out(view, matches(view, exclude_)); }
}

}  // namespace memray::report

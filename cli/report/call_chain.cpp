// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_chain.h"

#include <algorithm>

#include "cli/report/locations.h"

namespace memray::report {
namespace {

constexpr std::string_view kCalls = " → ";
constexpr std::string_view kOthers = "… → ";

}  // namespace

std::uint32_t CallChains::end(std::uint32_t first) const {
    std::uint32_t last = first;
    while (last != 0 && roles_[tree_.nodes[last].frame] != Role::kProcess && tree_.own[0][last].count == 0 &&
           children_.end(last) - children_.begin(last) == 1) {
        last = *children_.begin(last);
    }
    return last;
}

std::vector<std::uint32_t> CallChains::calls(std::uint32_t first, std::uint32_t last) const {
    std::vector<std::uint32_t> result{last};
    while (result.back() != first) { result.push_back(tree_.nodes[result.back()].parent); }
    std::reverse(result.begin(), result.end());
    return result;
}

std::uint32_t CallChains::headline(const std::vector<std::uint32_t>& calls) const {
    const auto own = std::find_if(calls.rbegin(), calls.rend(), [this](std::uint32_t node) {
        return tree_.nodes[node].frame != kNoFrame && roles_[tree_.nodes[node].frame] == Role::kOwn;
    });
    return own == calls.rend() ? calls.back() : *own;
}

std::string CallChains::name(std::uint32_t node) const {
    const std::string& function = view_.strings[frame(node).function];
    return function.empty() ? std::string(kUnknownLocation) : function;
}

std::string CallChains::text(const std::vector<std::uint32_t>& calls) const {
    const std::uint32_t shown = headline(calls);
    const auto at = std::find(calls.begin(), calls.end(), shown);
    const auto before = at - calls.begin();
    const auto behind = calls.end() - at - 1;
    std::string text;
    if (before > 0) { text += name(calls.front()) + std::string(kCalls); }
    if (before > 2) { text += kOthers; }
    if (before > 1) { text += name(*(at - 1)) + std::string(kCalls); }
    text += frame_text(view_, frame(shown));
    if (behind > 0) { text += kCalls; }
    if (behind > 1) { text += kOthers; }
    if (behind > 0) { text += name(calls.back()); }
    return text;
}

}  // namespace memray::report

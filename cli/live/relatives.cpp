// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/relatives.h"

#include <map>
#include <set>
#include <tuple>

namespace memray::live {
namespace {

using report::StackView;
using report::ViewFrame;

// Function and file as strings of the view, line.
using Key = std::tuple<Role, std::uint32_t, std::uint32_t, std::uint32_t>;
constexpr std::uint32_t kNone = 0xffffffff;

class Walk {
public:
    Walk(const StackView& view, const Place& place) : view_(view) {
        for (const ViewFrame& frame : view.frames) {
            is_place_.push_back(view.strings[frame.function] == place.function &&
                                view.strings[frame.file] == place.file);
        }
    }

    // From the innermost frame outwards.
    void add(std::uint32_t stack, const capture::Amount& amount) {
        seen_.clear();
        std::uint32_t inner = capture::kRootStack;
        for (; stack != capture::kRootStack; stack = view_.stacks[stack].parent) {
            if (is_place(stack)) { visit(stack, inner); }
            inner = stack;
        }
        for (const Key& key : seen_) {
            capture::Amount& sum = sums_[key];
            sum.count += amount.count;
            sum.bytes += amount.bytes;
        }
    }

    [[nodiscard]] std::vector<Row> rows() const {
        std::vector<Row> rows;
        for (const auto& [key, amount] : sums_) {
            const auto& [role, function, file, line] = key;
            const auto bytes = static_cast<std::int64_t>(amount.bytes);
            rows.push_back({function == kNone ? std::string(kNoCaller) : view_.strings[function],
                            file == kNone ? std::string() : view_.strings[file], line, role, bytes,
                            role == Role::kItself ? bytes : 0, static_cast<std::int64_t>(amount.count)});
        }
        return rows;
    }

private:
    [[nodiscard]] const ViewFrame& frame(std::uint32_t stack) const { return view_.frames[view_.stacks[stack].frame]; }
    [[nodiscard]] bool is_place(std::uint32_t stack) const {
        return stack != capture::kRootStack && is_place_[view_.stacks[stack].frame];
    }

    void visit(std::uint32_t stack, std::uint32_t inner) {
        const ViewFrame& here = frame(stack);
        if (inner == capture::kRootStack) {
            seen_.insert({Role::kItself, here.function, here.file, here.line});
        } else if (!is_place(inner)) {
            seen_.insert({Role::kCallee, frame(inner).function, frame(inner).file, 0});
        }
        const std::uint32_t outer = view_.stacks[stack].parent;
        if (is_place(outer)) { return; }
        if (outer == capture::kRootStack) {
            seen_.insert({Role::kCaller, kNone, kNone, 0});
        } else {
            seen_.insert({Role::kCaller, frame(outer).function, frame(outer).file, 0});
        }
    }

    const StackView& view_;
    std::vector<bool> is_place_;  // by frame
    std::set<Key> seen_;          // on this stack
    std::map<Key, capture::Amount> sums_;
};

}  // namespace

std::vector<Row> relatives(const StackView& view, const report::Selection& selection, const Place& place) {
    Walk walk(view, place);
    for (std::size_t i = 0; i < selection.size(); ++i) {
        const std::uint32_t stack = view.of_site[i];
        if (selection[i].count != 0 && stack != report::kLeftOut) { walk.add(stack, selection[i]); }
    }
    return walk.rows();
}

}  // namespace memray::live

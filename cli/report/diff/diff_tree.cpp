// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/report/call_tree.h"
#include "cli/report/diff/diff_report.h"
#include "cli/report/format.h"
#include "cli/report/frame_class.h"
#include "cli/report/text_tree.h"
#include "cli/report/tree_report.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

constexpr std::uint64_t kSmallestPart = 1000;  // calls with less than this part of all changes are not shown

class DiffTree {
public:
    DiffTree(const StackView& view, const CallTree& tree) : view_(view), tree_(tree), children_(tree) {
        moved_.resize(tree.nodes.size());
        for (std::size_t i = moved_.size(); i-- > 0;) {
            const std::int64_t own = change(tree.own[0][i], tree.own[1][i]).bytes;
            moved_[i] += static_cast<std::uint64_t>(std::abs(own));
            if (i > 0) { moved_[tree.nodes[i].parent] += moved_[i]; }
        }
    }

    std::string write() {
        draw_text_tree([this](std::uint32_t node, const std::string& lead) { line(node, lead); },
                       [this](std::uint32_t node) { return changed_below(node); });
        if (hidden_ > 0) {
            text_ += fmt::format("\n{} with smaller changes are not shown\n", counted(hidden_, "call"));
        }
        return std::move(text_);
    }

private:
    // The largest changes first, whatever their direction.
    std::vector<std::uint32_t> changed_below(std::uint32_t node) {
        std::vector<std::uint32_t> result;
        for (const std::uint32_t* at = children_.begin(node); at != children_.end(node); ++at) {
            if (moved_[*at] == 0) { continue; }
            if (moved_[*at] < moved_[0] / kSmallestPart) {
                ++hidden_;
            } else {
                result.push_back(*at);
            }
        }
        std::stable_sort(result.begin(), result.end(),
                         [this](std::uint32_t a, std::uint32_t b) { return moved_[a] > moved_[b]; });
        return result;
    }
    void line(std::uint32_t node, const std::string& lead) {
        const capture::Amount& before = tree_.total[0][node];
        const capture::Amount& after = tree_.total[1][node];
        const std::string name =
            node == 0 ? "<ROOT>" : base::printable(frame_text(view_, view_.frames[tree_.nodes[node].frame]));
        text_ += fmt::format("{}{} ({} → {}) {}\n", lead, change_text(change(before, after).bytes),
                             size_text(before.bytes), size_text(after.bytes), name);
    }

    const StackView& view_;
    const CallTree& tree_;
    const ChildIndex children_;
    std::vector<std::uint64_t> moved_;  // of each node: bytes that grew or shrank at or below it
    std::size_t hidden_{0};
    std::string text_;
};

}  // namespace

std::string diff_tree(const Comparison& comparison, SelectionChoice choice) {
    const StackView relevant = without_frames(comparison.view, kIrrelevant);
    const CallTree tree = build_call_tree(comparison.profile, relevant, {comparison.before, comparison.after}, {});
    return fmt::format("{}\n\n", fmt::join(diff_preamble(comparison, choice), "\n")) + DiffTree(relevant, tree).write();
}

}  // namespace memray::report

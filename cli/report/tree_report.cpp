// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/tree_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/biggest.h"
#include "cli/report/call_chain.h"
#include "cli/report/format.h"
#include "cli/report/frame_class.h"
#include "cli/report/notes.h"
#include "cli/report/period.h"
#include "cli/report/resident.h"
#include "cli/report/text_tree.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using capture::Amount;

class TreeText {
public:
    TreeText(const StackView& view, const CallTree& tree, const Amount& whole, bool all_frames)
        : tree_(tree), whole_(whole), all_frames_(all_frames), children_(tree), chains_(view, tree, children_) {}

    std::string write() {
        draw_text_tree([this](std::uint32_t node, const std::string& lead) { line(node, lead); },
                       [this](std::uint32_t node) { return largest_first(tree_, children_, last(node)); });
        return std::move(text_);
    }

private:
    [[nodiscard]] std::uint32_t last(std::uint32_t node) const { return all_frames_ ? node : chains_.end(node); }

    void line(std::uint32_t node, const std::string& lead) {
        const bool root = node == 0;
        const Amount& amount = root ? whole_ : tree_.total[0][node];
        text_ += fmt::format("{}{} ({}) {}\n", lead, size_text(amount.bytes), percent_text(amount.bytes, whole_.bytes),
                             root ? "<ROOT>" : base::printable(chains_.text(chains_.calls(node, last(node)))));
    }

    const CallTree& tree_;
    const Amount whole_;
    const bool all_frames_;
    const ChildIndex children_;
    const CallChains chains_;
    std::string text_;
};

std::string heading(const capture::Profile& profile, SelectionChoice choice, const Amount& whole) {
    std::string text;
    for (const std::string& line : beginning_lines(profile)) { text += line + "\n"; }
    if (profile.period) { text += period_line(profile) + "\n"; }
    text += fmt::format("{}: {} in {}\n", selection_title(profile, choice), size_text(whole.bytes),
                        counted(whole.count, "allocation"));
    for (const std::string& note : kind_notes(profile)) { text += "Note: " + note + "\n"; }
    for (const std::string& note : loss_notes(profile.metadata)) { text += "Note: " + note + "\n"; }
    return text + "\n";
}

}  // namespace

StackView without_frames(const StackView& view, std::uint8_t classes) {
    std::vector<bool> hidden;
    hidden.reserve(view.frames.size());
    for (const ViewFrame& frame : view.frames) {
        hidden.push_back((frame_class(view.strings[frame.function], view.strings[frame.file]) & classes) != 0);
    }
    StackView result = view;
    take_out(result, hidden);
    return result;
}

std::vector<std::uint32_t> largest_first(const CallTree& tree, const ChildIndex& children, std::uint32_t node) {
    std::vector<std::uint32_t> result(children.begin(node), children.end(node));
    std::stable_sort(result.begin(), result.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return tree.total[0][a].bytes > tree.total[0][b].bytes; });
    return result;
}

std::string tree_text(const capture::Profile& profile, const StackView& view, const TreeOptions& options) {
    const Selection all = select(profile, options.selection);
    const Biggest shown = biggest(view, all, options.biggest);
    const Amount whole = sum(all, view);
    std::string text = heading(profile, options.selection, whole);
    const CallTree tree = build_call_tree(profile, view, {shown.selection}, {});
    if (whole.count == 0) { return text + "<No allocations>\n"; }
    text += TreeText(view, tree, whole, options.all_frames).write();
    if (shown.others > 0) {
        text += fmt::format("\n{} ({} in {}) are not shown (see --biggest-allocs)\n",
                            counted(shown.others, "smaller stack"), size_text(shown.of_others.bytes),
                            counted(shown.of_others.count, "allocation"));
    }
    return text;
}

}  // namespace memray::report

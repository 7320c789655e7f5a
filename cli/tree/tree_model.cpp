// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/tree_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/report/format.h"
#include "cli/report/locations.h"
#include "cli/report/my_code.h"
#include "injector/base/printable.h"

namespace memray::tree {

using capture::Amount;

TreeModel::TreeModel(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options)
    : profile_(profile),
      whole_view_(view),
      title_(report::selection_title(profile, options.selection)),
      selection_(report::select(profile, options.selection)),
      biggest_(options.biggest),
      whole_(report::sum(selection_, view)),
      all_frames_(options.all_frames) {
    rebuild();
}

void TreeModel::rebuild() {
    view_ = report::without_frames(whole_view_, hidden_);
    if (!all_frames_) { report::show_my_code(view_, report::LibraryCalls::kShown); }
    shown_ = report::biggest(all_frames_ ? whole_view_ : view_, selection_, biggest_);
    tree_ = report::build_call_tree(profile_, view_, {shown_.selection}, {});
    children_.emplace(tree_);
    chains_.emplace(view_, tree_, *children_);
    callees_.clear();
    for (std::uint32_t i = 0; i < tree_.nodes.size(); ++i) {
        callees_.push_back(report::largest_first(tree_, *children_, i));
    }
    open_.assign(tree_.nodes.size(), false);
    open_largest();
    cursor_ = 0;
    list_rows();
}

void TreeModel::open_largest() {
    open_[0] = true;
    for (std::uint32_t node = 0; !callees_[node].empty(); node = last(callees_[node].front())) { open_[node] = true; }
}

std::uint32_t TreeModel::last(std::uint32_t first) const { return all_frames_ ? first : chains_->end(first); }

TreeRow TreeModel::call_row(std::uint32_t first, std::size_t depth) const {
    const std::uint32_t node = last(first);
    const std::uint32_t headline = chains_->headline(chains_->calls(first, node));
    return {RowKind::kCall, node, depth, !callees_[node].empty(), open_[node], first, headline};
}

void TreeModel::list_rows() {
    rows_.clear();
    std::vector<TreeRow> pending{{RowKind::kRoot, 0, 0, true, open_[0]}};
    while (!pending.empty()) {
        const TreeRow row = pending.back();
        pending.pop_back();
        rows_.push_back(row);
        if (!row.open) { continue; }
        const std::vector<std::uint32_t>& callees = callees_[row.node];
        if (row.kind == RowKind::kRoot && whole_.count == 0) {
            rows_.push_back({RowKind::kNothing, 0, 1, false, false});
        }
        if (row.kind == RowKind::kRoot && shown_.others > 0) {
            pending.push_back({RowKind::kRest, 0, 1, false, false});
        }
        for (auto callee = callees.rbegin(); callee != callees.rend(); ++callee) {
            pending.push_back(call_row(*callee, row.depth + 1));
        }
    }
}

void TreeModel::move(std::ptrdiff_t rows) {
    const auto last = static_cast<std::ptrdiff_t>(rows_.size()) - 1;
    cursor_ =
        static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(cursor_) + rows, 0, last));
}

void TreeModel::toggle() {
    if (!current().parent) { return; }
    open_[current().node] = !current().open;
    list_rows();
}

void TreeModel::open_or_enter() {
    if (!current().parent) { return; }
    if (current().open) {
        move(1);
    } else {
        toggle();
    }
}

void TreeModel::close_or_leave() {
    if (current().parent && current().open) {
        toggle();
        return;
    }
    const std::size_t depth = current().depth;
    while (cursor_ > 0 && rows_[cursor_].depth >= depth) { --cursor_; }
}

void TreeModel::open_linear_group() {
    if (!current().parent) { return; }
    std::uint32_t node = current().node;
    open_[node] = true;
    while (callees_[node].size() == 1) {
        node = last(callees_[node].front());
        open_[node] = !callees_[node].empty();
    }
    list_rows();
}

void TreeModel::toggle_all_frames() {
    all_frames_ = !all_frames_;
    hidden_ = 0;
    rebuild();
}

void TreeModel::toggle_imports() {
    if (!all_frames_) { return; }
    hidden_ ^= report::kImportSystem;
    rebuild();
}

void TreeModel::toggle_uninteresting() {
    if (!all_frames_) { return; }
    hidden_ ^= report::kIrrelevant;
    rebuild();
}

Amount TreeModel::amount(const TreeRow& row) const {
    if (row.kind == RowKind::kRoot) { return whole_; }
    if (row.kind == RowKind::kRest) { return shown_.of_others; }
    return row.kind == RowKind::kCall ? tree_.total[0][row.node] : Amount{};
}

Amount TreeModel::own(const TreeRow& row) const {
    return row.kind == RowKind::kCall || row.kind == RowKind::kRoot ? tree_.own[0][row.node] : Amount{};
}

const report::ViewFrame* TreeModel::frame(const TreeRow& row) const {
    return row.kind == RowKind::kCall ? &view_.frames[tree_.nodes[row.headline].frame] : nullptr;
}

std::string TreeModel::function(const TreeRow& row) const {
    if (row.kind == RowKind::kRoot) { return "<ROOT>"; }
    if (row.kind == RowKind::kRest) { return report::counted(shown_.others, "smaller stack"); }
    if (row.kind == RowKind::kNothing) { return "<No allocations>"; }
    const std::string& name = view_.strings[frame(row)->function];
    return name.empty() ? std::string(report::kUnknownLocation) : base::printable(name);
}

std::string TreeModel::location(const TreeRow& row) const {
    const std::string path = file(row);
    if (path.empty()) { return {}; }
    return line(row) == 0 ? base::printable(path) : fmt::format("{}:{}", base::printable(path), line(row));
}

std::string TreeModel::file(const TreeRow& row) const {
    const report::ViewFrame* at = frame(row);
    return at == nullptr ? std::string() : view_.strings[at->file];
}

std::uint32_t TreeModel::line(const TreeRow& row) const {
    const report::ViewFrame* at = frame(row);
    return at == nullptr ? 0 : at->line;
}

std::string TreeModel::calls(const TreeRow& row) const {
    if (row.kind != RowKind::kCall || row.first == row.node) { return {}; }
    return base::printable(chains_->text(chains_->calls(row.first, row.node)));
}

std::vector<std::string> TreeModel::threads(const TreeRow& row) const {
    std::set<std::uint32_t> numbers;
    if (row.kind == RowKind::kRest) { return {}; }
    for (std::size_t i = 0; i < shown_.selection.size(); ++i) {
        std::uint32_t node = tree_.of_site[i];
        if (node == report::kLeftOut || shown_.selection[i].count == 0) { continue; }
        while (node > row.node) { node = tree_.nodes[node].parent; }  // callers have smaller numbers
        if (node == row.node) { numbers.insert(profile_.sites[i].thread); }
    }
    std::vector<std::string> names;
    for (const std::uint32_t number : numbers) {
        if (number >= profile_.threads.size()) { continue; }
        const capture::Thread& thread = profile_.threads[number];
        const std::string id = std::to_string(thread.id);
        names.push_back(thread.name.empty() ? id : fmt::format("{} ({})", id, base::printable(thread.name)));
    }
    return names;
}

}  // namespace memray::tree

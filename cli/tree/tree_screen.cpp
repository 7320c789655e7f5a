// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/tree_screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/format.h"
#include "cli/report/text.h"
#include "cli/tree/details.h"

namespace memray::tree {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kColumnsForTwo = 90;  // from here on, details stand beside the tree
constexpr std::size_t kLinesForTwo = 20;    // and otherwise below it, from here on
constexpr std::size_t kFewestDetails = 7;

struct Layout {
    std::size_t tree_columns;
    std::size_t tree_lines;
    std::size_t beside;  // columns of the details, 0: not beside the tree
    std::size_t below;   // lines of the details, 0: not below the tree
};

std::size_t less(std::size_t from, std::size_t part) { return from - std::min(from, part); }

Layout layout_of(terminal::Size size, std::size_t notes) {
    const std::size_t lines = less(size.lines, 2 + notes);  // title and keys
    if (size.columns >= kColumnsForTwo) {
        const std::size_t beside = size.columns * 2 / 5;
        return {size.columns - beside - 3, lines, beside, 0};
    }
    const std::size_t below = lines >= kLinesForTwo ? std::max(lines / 3, kFewestDetails) : 0;
    return {size.columns, below == 0 ? lines : lines - below - 1, 0, below};
}

// The file name matters more than its folders, the function more than both.
Line name_of(const TreeModel& model, const TreeRow& row, std::size_t columns) {
    if (row.kind == RowKind::kRest) {
        const std::string allocations = report::counted(model.amount(row).count, "allocation");
        return {allocations + " from " + model.function(row), looks::kFaint};
    }
    const std::string function = report::shortened(model.function(row), columns);
    const std::size_t rest = less(columns, report::display_width(function) + 2);
    const std::string location = rest < 8 ? std::string() : report::shortened(model.location(row), rest);
    Line line(function, looks::kFunction);
    return location.empty() ? line : line.add("  ").add(location, looks::kLocation);
}

Line reversed(const Line& line, std::size_t columns) {
    std::string text;
    for (const Span& span : line.spans) { text += span.text; }
    return {report::padded(text, columns), looks::kCurrent};
}

Line rule(std::size_t columns) {
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) { text += "─"; }
    return {text, looks::kFaint};
}

Line title(const TreeModel& model) {
    const capture::Amount whole = model.whole();
    return {fmt::format("{}: {} in {}", model.title(), report::size_text(whole.bytes),
                        report::counted(whole.count, "allocation")),
            looks::kTitle};
}

Line keys(const TreeModel& model) {
    std::string text = "q quit  a all frames  ";
    if (model.shows_all_frames()) {
        text = fmt::format("q quit  a my code  i {} imports  u {} uninteresting  ",
                           model.hides_imports() ? "show" : "hide", model.hides_uninteresting() ? "show" : "hide");
    }
    return {text + "e expand group  arrows, enter", looks::kKeys};
}

void put_beside(std::vector<Line>& left, std::size_t columns, const std::vector<Line>& right) {
    for (std::size_t i = 0; i < left.size(); ++i) {
        left[i].add(std::string(less(columns, report::width_of(left[i].spans)), ' ')).add(" │ ", looks::kFaint);
        if (i < right.size()) { append(left[i], right[i]); }
    }
}

}  // namespace

std::size_t TreeScreen::rows(terminal::Size size) const noexcept { return layout_of(size, notes_.size()).tree_lines; }

Line TreeScreen::row_line(std::size_t number, std::size_t columns, std::size_t skipped) const {
    const TreeRow& row = model_.rows()[number];
    const std::size_t indent = row.depth * kIndent;
    const char* mark = !row.parent ? "  " : row.open ? "▾ " : "▸ ";
    Line line(std::string(less(indent, skipped), ' ') + (indent < skipped ? "‹" : "") + mark, looks::kPlain);
    if (row.kind != RowKind::kNothing) {
        const capture::Amount amount = model_.amount(row);
        const std::uint64_t whole = model_.whole().bytes;
        line.add(fmt::format("{} ({}) ", report::size_text(amount.bytes), report::percent_text(amount.bytes, whole)),
                 look_of_share(amount.bytes, whole));
    }
    append(line, name_of(model_, row, less(columns, report::width_of(line.spans))));
    line = clipped(line, columns);
    return number == model_.cursor() ? reversed(line, columns) : line;
}

std::vector<Line> TreeScreen::tree_lines(std::size_t columns, std::size_t lines) {
    const std::size_t cursor = model_.cursor();
    if (cursor < top_) { top_ = cursor; }
    if (lines > 0 && cursor >= top_ + lines) { top_ = cursor + 1 - lines; }
    top_ = std::min(top_, less(model_.rows().size(), lines));
    // Deep rows move to the left as far as the current one needs it.
    const std::size_t skipped = less(model_.current().depth * kIndent, columns / 4);
    std::vector<Line> result;
    for (std::size_t i = top_; i < std::min(top_ + lines, model_.rows().size()); ++i) {
        result.push_back(row_line(i, columns, skipped));
    }
    result.resize(lines);
    return result;
}

std::vector<Line> TreeScreen::draw(terminal::Size size) {
    const Layout layout = layout_of(size, notes_.size());
    std::vector<Line> result;
    for (const std::string& note : notes_) { result.push_back(clipped({note, looks::kFaint}, size.columns)); }
    result.push_back(clipped(title(model_), size.columns));
    std::vector<Line> tree = tree_lines(layout.tree_columns, layout.tree_lines);
    if (layout.beside > 0) {
        put_beside(tree, layout.tree_columns, details(model_, source_, layout.beside, layout.tree_lines));
    }
    result.insert(result.end(), tree.begin(), tree.end());
    if (layout.below > 0) {
        result.push_back(rule(size.columns));
        std::vector<Line> facts = details(model_, source_, size.columns, layout.below);
        facts.resize(layout.below);
        result.insert(result.end(), facts.begin(), facts.end());
    }
    result.push_back(clipped(keys(model_), size.columns));
    result.resize(size.lines);
    return result;
}

}  // namespace memray::tree

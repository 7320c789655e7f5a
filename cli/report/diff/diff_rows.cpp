// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "cli/report/diff/diff_report.h"
#include "cli/report/diff/peak_phases.h"
#include "cli/report/format.h"
#include "cli/report/notes.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using capture::Amount;

std::int64_t own_change(const DiffRow& row) { return static_cast<std::int64_t>(row.own_after - row.own_before); }

std::uint64_t size_of(std::int64_t value) {
    return value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

bool is_unchanged(const DiffRow& row) {
    return row.own_before == row.own_after && row.before.bytes == row.after.bytes &&
           row.before.count == row.after.count;
}

bool changed_more(const DiffRow& a, const DiffRow& b) {
    const auto by_own = std::pair(size_of(own_change(a)), size_of(change(a.before, a.after).bytes));
    return by_own > std::pair(size_of(own_change(b)), size_of(change(b.before, b.after).bytes));
}

Style style_of_change(std::int64_t value) {
    if (value == 0) { return Style::kNone; }
    return value > 0 ? Style::kRed : Style::kGreen;
}

SummaryRow shown(const DiffRow& row) {
    const Change total = change(row.before, row.after);
    const std::int64_t own = own_change(row);
    return {
        base::printable(row.function),
        row.line == 0 ? base::printable(row.file) : fmt::format("{}:{}", base::printable(row.file), row.line),
        {change_text(own), change_text(total.bytes), size_text(row.own_before), size_text(row.own_after),
         fmt::format("{:+}", total.count)},
        {style_of_change(own), style_of_change(total.bytes), Style::kNone, Style::kNone, style_of_change(total.count)}};
}

}  // namespace

std::vector<DiffRow> diff_rows(const Comparison& comparison) {
    std::map<std::tuple<std::string, std::string, std::uint32_t>, DiffRow> rows;
    const auto row_of = [&rows](const LocationRow& at) -> DiffRow& {
        DiffRow& row = rows[{at.function, at.file, at.line}];
        row.function = at.function;
        row.file = at.file;
        row.line = at.line;
        return row;
    };
    const auto lines = [&comparison](const Selection& selection) {
        return locations(comparison.view, selection, LocationOrder::kOwn, LocationUnit::kLine);
    };
    for (const LocationRow& at : lines(comparison.before)) {
        DiffRow& row = row_of(at);
        row.before = {at.count, at.total_bytes};
        row.own_before = at.own_bytes;
    }
    for (const LocationRow& at : lines(comparison.after)) {
        DiffRow& row = row_of(at);
        row.after = {at.count, at.total_bytes};
        row.own_after = at.own_bytes;
    }
    std::vector<DiffRow> result;
    for (auto& [name, row] : rows) {
        if (!is_unchanged(row)) { result.push_back(std::move(row)); }
    }
    std::stable_sort(result.begin(), result.end(), changed_more);
    return result;
}

std::string diff_heading(const Comparison& comparison, SelectionChoice choice) {
    const Amount before = sum(comparison.before, comparison.view);
    const Amount after = sum(comparison.after, comparison.view);
    const std::int64_t grown = change(before, after).bytes;
    const double share = before.bytes == 0 ? 0 : 100.0 * static_cast<double>(grown) / static_cast<double>(before.bytes);
    const std::string percent = before.bytes == 0 ? "" : fmt::format(" ({:+.2f}%)", share);
    return fmt::format("{}: {} before, {} after: {}{}", selection_title(choice), size_text(before.bytes),
                       size_text(after.bytes), change_text(grown), percent);
}

std::vector<std::string> diff_preamble(const Comparison& comparison, SelectionChoice choice) {
    std::vector<std::string> lines = comparison.beginnings;
    lines.push_back(diff_heading(comparison, choice));
    if (const std::string note = phases_note(comparison); !note.empty()) { lines.push_back(note); }
    for (const std::string& note : loss_notes(comparison.profile.metadata)) {
        lines.push_back("Note on the new capture: " + note);
    }
    return lines;
}

Summary diff_summary(const Comparison& comparison, const DiffOptions& options) {
    Summary summary;
    summary.nothing = "No changes to show.";
    summary.preamble = diff_preamble(comparison, options.selection);
    summary.titles = {"Location", "Own Change", "Total Change", "Own Before", "Own After", "Allocation Change"};
    const std::vector<DiffRow> rows = diff_rows(comparison);
    const std::size_t most = std::min(rows.size(), options.max_rows);
    for (std::size_t i = 0; i < most; ++i) { summary.rows.push_back(shown(rows[i])); }
    summary.left_out = rows.size() - most;
    return summary;
}

}  // namespace memray::report

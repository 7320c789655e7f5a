// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/summary_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/report/format.h"
#include "cli/report/mappings.h"
#include "cli/report/notes.h"
#include "cli/report/period.h"
#include "cli/report/resident.h"
#include "cli/report/selection.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using capture::Amount;
using capture::Profile;

// Where things stand among the numbers of a row.
struct Columns {
    std::size_t total;  // and its share
    std::size_t own;    // and its share
};
constexpr std::size_t kCountColumn = 4;

Columns columns_of(int sort_column) { return sort_column == kOwnMemoryFirst ? Columns{2, 0} : Columns{0, 2}; }

SummaryRow row_of(const LocationRow& location, const Amount& whole, const Columns& columns) {
    SummaryRow row{base::printable(location.function), base::printable(location.file), {}};
    const auto put = [&](std::size_t column, std::uint64_t bytes) {
        row.numbers[column] = size_text(bytes);
        row.numbers[column + 1] = percent_text(bytes, whole.bytes);
        row.styles[column] = row.styles[column + 1] = style_of_share(bytes, whole.bytes);
    };
    put(columns.total, location.total_bytes);
    put(columns.own, location.own_bytes);
    row.numbers[kCountColumn] = std::to_string(location.count);
    row.styles[kCountColumn] = style_of_share(location.count, whole.count);
    return row;
}

std::array<std::string, kSummaryColumns + 1> titles(int sort_column) {
    std::array<std::string, kSummaryColumns + 1> result{"Location", "", "", "", "", "Allocation Count"};
    const Columns columns = columns_of(sort_column);
    for (const auto& [column, title] : {std::pair(columns.total, "Total Memory"), {columns.own, "Own Memory"}}) {
        result[column + 1] = title;
        result[column + 2] = std::string(title) + " %";
    }
    std::string& sorted = result[static_cast<std::size_t>(std::max(sort_column, 1))];
    sorted = "<" + sorted + ">";
    return result;
}

std::string amount_text(const Amount& amount) {
    return fmt::format("{} in {}", size_text(amount.bytes), counted(amount.count, "allocation"));
}

// What the heap was at most, and what was allocated in all, as far as that is known.
std::string totals_line(const Profile& profile) {
    const char* when = profile.period ? " then" : "";
    std::string text = fmt::format("Peak memory{}: {}", when, amount_text(profile.peak));
    if (knows_totals(profile)) { text += fmt::format("; allocated in total{}: {}", when, amount_text(profile.total)); }
    return text;
}

std::vector<std::string> preamble(const Profile& profile, const SummaryOptions& options, const Amount& whole) {
    std::vector<std::string> lines = beginning_lines(profile);
    if (profile.period) { lines.push_back(period_line(profile)); }
    if (options.selection.kind != SelectionKind::kPeak || whole.count != profile.peak.count) {
        lines.push_back(fmt::format("{}: {}", selection_title(profile, options.selection), amount_text(whole)));
    }
    lines.push_back(totals_line(profile));
    if (std::string beside = beside_line(profile); !beside.empty()) { lines.push_back(std::move(beside)); }
    // That is of the whole recording.
    if (std::string resident = resident_line(profile); !resident.empty() && !profile.period) {
        lines.push_back(std::move(resident));
    }
    const capture::Metadata& metadata = profile.metadata;
    lines.push_back("Command: " + base::escaped(metadata.command_line));
    for (std::string& line : tracked_lines(metadata)) { lines.push_back(std::move(line)); }
    lines.push_back("Ended: " + ending_text(metadata));
    for (const std::string& note : kind_notes(profile)) { lines.push_back("Note: " + note); }
    for (const std::string& note : loss_notes(metadata)) { lines.push_back("Note: " + note); }
    return lines;
}

}  // namespace

LocationOrder order_of(int column) {
    if (column == kOwnMemoryFirst) { return LocationOrder::kOwn; }
    if (column <= 2) { return LocationOrder::kTotal; }
    return column <= 4 ? LocationOrder::kOwn : LocationOrder::kCount;
}

Summary summarize(const Profile& profile, const StackView& view, const SummaryOptions& options) {
    const Selection selection = select(profile, options.selection);
    const Amount whole = sum(selection, view);
    Summary summary;
    summary.preamble = preamble(profile, options, whole);
    summary.titles = titles(options.sort_column);
    if (!options.all_frames) {
        summary.hint = "What libraries allocate counts for the code that calls or imports them (see --all-frames)";
    }
    const std::vector<LocationRow> all = locations(view, selection, order_of(options.sort_column));
    const std::size_t shown = std::min(all.size(), options.max_rows);
    const Columns columns = columns_of(options.sort_column);
    for (std::size_t i = 0; i < shown; ++i) { summary.rows.push_back(row_of(all[i], whole, columns)); }
    summary.left_out = all.size() - shown;
    return summary;
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/summary_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/format.h"
#include "cli/report/notes.h"
#include "cli/report/resident.h"
#include "cli/report/selection.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using capture::Amount;
using capture::Profile;

SummaryRow row_of(const LocationRow& location, const Amount& whole) {
    const Style total = style_of_share(location.total_bytes, whole.bytes);
    const Style own = style_of_share(location.own_bytes, whole.bytes);
    return {
        base::printable(location.function),
        base::printable(location.file),
        {size_text(location.total_bytes), percent_text(location.total_bytes, whole.bytes),
         size_text(location.own_bytes), percent_text(location.own_bytes, whole.bytes), std::to_string(location.count)},
        {total, total, own, own, style_of_share(location.count, whole.count)}};
}

std::string amount_text(const Amount& amount) {
    return fmt::format("{} in {}", size_text(amount.bytes), counted(amount.count, "allocation"));
}

std::vector<std::string> preamble(const Profile& profile, const SummaryOptions& options, const Amount& whole) {
    std::vector<std::string> lines = beginning_lines(profile);
    if (options.selection.kind != SelectionKind::kPeak || whole.count != profile.peak.count) {
        lines.push_back(fmt::format("{}: {}", selection_title(options.selection), amount_text(whole)));
    }
    lines.push_back(
        fmt::format("Peak memory: {}; allocated in total: {}", amount_text(profile.peak), amount_text(profile.total)));
    if (std::string resident = resident_line(profile); !resident.empty()) { lines.push_back(std::move(resident)); }
    const capture::Metadata& metadata = profile.metadata;
    lines.push_back("Command: " + base::printable(metadata.command_line));
    for (std::string& line : period_lines(metadata)) { lines.push_back(std::move(line)); }
    lines.push_back("Ended: " + ending_text(metadata));
    for (const std::string& note : kind_notes(profile)) { lines.push_back("Note: " + note); }
    for (const std::string& note : loss_notes(metadata)) { lines.push_back("Note: " + note); }
    return lines;
}

}  // namespace

LocationOrder order_of(int column) {
    if (column <= 2) { return LocationOrder::kTotal; }
    return column <= 4 ? LocationOrder::kOwn : LocationOrder::kCount;
}

Summary summarize(const Profile& profile, const StackView& view, const SummaryOptions& options) {
    const Selection selection = select(profile, options.selection);
    const Amount whole = sum(selection, view);
    Summary summary;
    summary.preamble = preamble(profile, options, whole);
    summary.titles = {"Location", "Total Memory", "Total Memory %", "Own Memory", "Own Memory %", "Allocation Count"};
    std::string& sorted = summary.titles[static_cast<std::size_t>(options.sort_column)];
    sorted = "<" + sorted + ">";
    const std::vector<LocationRow> all = locations(view, selection, order_of(options.sort_column));
    const std::size_t shown = std::min(all.size(), options.max_rows);
    for (std::size_t i = 0; i < shown; ++i) { summary.rows.push_back(row_of(all[i], whole)); }
    summary.left_out = all.size() - shown;
    return summary;
}

}  // namespace memray::report

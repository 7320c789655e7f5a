// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/table_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cli/report/call_tree.h"
#include "cli/report/format.h"
#include "cli/report/locations.h"
#include "cli/report/metadata_json.h"
#include "cli/report/notes.h"
#include "cli/report/page/page_json.h"

namespace memray::report {
namespace {

constexpr std::size_t kLargestData = 4'500'000;  // bytes: with the page around it below 5 MB
constexpr std::size_t kFewestRows = 100;

using Json = nlohmann::ordered_json;

std::uint32_t allocating_frame(const StackView& view, std::uint32_t stack) {
    return stack == kLeftOut || stack == capture::kRootStack ? kNoFrame : view.stacks[stack].frame;
}

std::string location_of(const StackView& view, std::uint32_t frame) {
    return frame == kNoFrame ? std::string(kUnknownLocation) : frame_text(view, view.frames[frame]);
}

std::string location_of(const LocationRow& row) {
    if (row.file.empty() || row.file == kUnknownLocation) { return row.function; }
    return row.line == 0 ? fmt::format("{} at {}", row.function, row.file)
                         : fmt::format("{} at {}:{}", row.function, row.file, row.line);
}

std::uint64_t total_of(const Lines& lines, const std::string& location) {
    const auto found = lines.totals.find(location);
    return found == lines.totals.end() ? 0 : found->second;
}

}  // namespace

Lines lines_of(const StackView& view, const Selection& selection) {
    Lines lines;
    lines.of_site.reserve(view.of_site.size());
    for (const std::uint32_t stack : view.of_site) { lines.of_site.push_back(allocating_frame(view, stack)); }
    for (const LocationRow& row : locations(view, selection, LocationOrder::kOwn, LocationUnit::kLine)) {
        lines.totals.try_emplace(location_of(row), row.total_bytes);
    }
    return lines;
}

std::vector<TableRow> table_rows(const capture::Profile& profile, const StackView& view, const Lines& all,
                                 const Selection& selection, bool split_threads) {
    const Lines shown = lines_of(view, selection);
    std::map<std::tuple<std::uint32_t, capture::Allocator, std::string, std::string>, capture::Amount> sums;
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (selection[i].count == 0 || view.of_site[i] == kLeftOut) { continue; }
        const capture::Site& site = profile.sites[i];
        const std::string location = location_of(view, all.of_site.empty() ? shown.of_site[i] : all.of_site[i]);
        std::string in_own = all.of_site.empty() ? "" : location_of(view, shown.of_site[i]);
        if (in_own == location) { in_own.clear(); }
        sums[{split_threads ? site.thread : kAllThreads, site.allocator, location, in_own}] += selection[i];
    }
    std::vector<TableRow> rows;
    rows.reserve(sums.size());
    for (const auto& [key, amount] : sums) {
        const auto& [thread, allocator, location, own] = key;
        const Lines& of_location = all.of_site.empty() ? shown : all;
        const std::string& in_own = own.empty() ? location : own;
        rows.push_back(
            {thread, allocator, location, own, amount, total_of(of_location, location), total_of(shown, in_own), 0});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const TableRow& a, const TableRow& b) { return a.amount.bytes > b.amount.bytes; });
    return rows;
}

std::vector<TableRow> folded(const std::vector<TableRow>& rows, std::size_t most) {
    if (rows.size() <= most) { return rows; }
    std::vector<TableRow> result(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most));
    TableRow rest;
    rest.thread = kAllThreads;
    rest.folded = static_cast<std::uint32_t>(rows.size() - most);
    rest.location = counted(rest.folded, "smaller row");
    for (std::size_t i = most; i < rows.size(); ++i) { rest.amount += rows[i].amount; }
    rest.total = rest.own_total = rest.amount.bytes;
    result.push_back(std::move(rest));
    return result;
}

namespace {

std::string page_of(const capture::Profile& profile, const std::vector<TableRow>& rows, const TableOptions& options) {
    const Json threads = threads_json(profile);
    Json table = Json::array();
    for (const TableRow& row : rows) {
        table.push_back({row.thread == kAllThreads ? Json("") : threads[row.thread],
                         row.folded > 0 ? "" : capture::allocator_name(row.allocator), row.amount.bytes,
                         row.amount.count, row.location, row.own, row.total, row.own_total});
    }
    return page_text({{"options",
                       {{"title", options.title},
                        {"subject", options.subject},
                        {"split_threads", options.split_threads},
                        {"all_frames", options.all_frames},
                        {"leak_note", options.leaks ? leak_note(profile.metadata) : ""}}},
                      {"metadata", metadata_json(profile)},
                      {"threads", threads},
                      {"snapshots", snapshots_json(profile, options.most_snapshots)},
                      {"processes", processes_json(profile, options.most_snapshots)},
                      {"rows", std::move(table)}});
}

}  // namespace

std::string table_data(const capture::Profile& profile, const std::vector<TableRow>& rows,
                       const TableOptions& options) {
    std::size_t most = rows.size();
    std::string text = page_of(profile, rows, options);
    while (!options.complete && text.size() > kLargestData && most > kFewestRows) {
        most /= 2;
        text = page_of(profile, folded(rows, most), options);
    }
    return text;
}

}  // namespace memray::report

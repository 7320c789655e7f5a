// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/table_data.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cli/report/call_tree.h"
#include "cli/report/format.h"
#include "cli/report/locations.h"
#include "cli/report/metadata_json.h"
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

}  // namespace

std::vector<std::uint32_t> allocating_frames(const StackView& view) {
    std::vector<std::uint32_t> frames;
    frames.reserve(view.of_site.size());
    for (const std::uint32_t stack : view.of_site) { frames.push_back(allocating_frame(view, stack)); }
    return frames;
}

std::vector<TableRow> table_rows(const capture::Profile& profile, const StackView& view,
                                 const std::vector<std::uint32_t>& all, const Selection& selection,
                                 bool split_threads) {
    std::map<std::tuple<std::uint32_t, capture::Allocator, std::string, std::string>, capture::Amount> sums;
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (selection[i].count == 0 || view.of_site[i] == kLeftOut) { continue; }
        const capture::Site& site = profile.sites[i];
        const std::uint32_t shown = allocating_frame(view, view.of_site[i]);
        const std::string location = location_of(view, all.empty() ? shown : all[i]);
        std::string in_own = all.empty() ? "" : location_of(view, shown);
        if (in_own == location) { in_own.clear(); }
        sums[{split_threads ? site.thread : kAllThreads, site.allocator, location, in_own}] += selection[i];
    }
    std::vector<TableRow> rows;
    rows.reserve(sums.size());
    for (const auto& [key, amount] : sums) {
        rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), amount});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const TableRow& a, const TableRow& b) { return a.amount.bytes > b.amount.bytes; });
    return rows;
}

std::vector<TableRow> folded(const std::vector<TableRow>& rows, std::size_t most) {
    if (rows.size() <= most) { return rows; }
    std::vector<TableRow> result(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most));
    TableRow rest{kAllThreads, capture::Allocator::kNone, "", "", {}, static_cast<std::uint32_t>(rows.size() - most)};
    rest.location = counted(rest.folded, "smaller row");
    for (std::size_t i = most; i < rows.size(); ++i) { rest.amount += rows[i].amount; }
    result.push_back(std::move(rest));
    return result;
}

namespace {

std::string page_of(const capture::Profile& profile, const std::vector<TableRow>& rows, const TableOptions& options) {
    const Json threads = threads_json(profile);
    Json table = Json::array();
    for (const TableRow& row : rows) {
        Json cells = {row.thread == kAllThreads ? Json("") : threads[row.thread],
                      row.folded > 0 ? "" : capture::allocator_name(row.allocator), row.amount.bytes, row.amount.count,
                      row.location};
        if (!row.own.empty()) { cells.push_back(row.own); }
        table.push_back(std::move(cells));
    }
    return page_text(
        {{"options",
          {{"title", options.title}, {"split_threads", options.split_threads}, {"all_frames", options.all_frames}}},
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

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/report/call_tree.h"
#include "cli/report/diff/diff_report.h"
#include "cli/report/diff/peak_phases.h"
#include "cli/report/metadata_json.h"
#include "cli/report/page/flamegraph_data.h"

namespace memray::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

template <typename Number>
Json numbers(Number total, Number own, Number count) {
    return {{"total_bytes", total}, {"own_bytes", own}, {"num_allocations", count}};
}

Json row_json(const DiffRow& row) {
    const Change grown = change(row.before, row.after);
    const auto own = static_cast<std::int64_t>(row.own_after - row.own_before);
    return {{"function", row.function},
            {"file", row.file},
            {"line", row.line},
            {"before", numbers(row.before.bytes, row.own_before, row.before.count)},
            {"after", numbers(row.after.bytes, row.own_after, row.after.count)},
            {"change", numbers(grown.bytes, own, grown.count)}};
}

Json side(const capture::Amount& amount, const capture::Profile& profile) {
    return {{"bytes", amount.bytes}, {"num_allocations", amount.count}, {"metadata", metadata_json(profile)}};
}

// Grown or shrunk by as much at each site: sites of one stack in both captures are weighed against each other.
Selection changes(const Comparison& comparison) {
    const CallTree tree =
        build_call_tree(comparison.profile, comparison.view, {comparison.before, comparison.after}, {});
    Selection result(comparison.before.size());
    std::vector<bool> counted(tree.nodes.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::uint32_t node = tree.of_site[i];
        if (node == kLeftOut || counted[node]) { continue; }
        counted[node] = true;
        const Change grown = change(tree.own[0][node], tree.own[1][node]);
        result[i] = {static_cast<std::uint64_t>(std::abs(grown.count)),
                     static_cast<std::uint64_t>(std::abs(grown.bytes))};
    }
    return result;
}

Json phases_json(const Comparison& comparison) {
    const auto& phases = comparison.phases;
    return phases ? Json{{"only_before", phases->only_before}, {"only_after", phases->only_after}} : Json();
}

std::string page_note(const Comparison& comparison, SelectionChoice choice, bool has_changes) {
    const std::string phases = phases_note(comparison);
    return fmt::format("{}{}{}{}", diff_heading(comparison, choice), phases.empty() ? "" : "\n", phases,
                       has_changes ? "" : "\nNo changes to show: these are the frames of the new capture.");
}

}  // namespace

std::string diff_json(const Comparison& comparison, const capture::Profile& before, const capture::Profile& after,
                      const DiffOptions& options) {
    Json rows = Json::array();
    for (const DiffRow& row : diff_rows(comparison)) {
        if (rows.size() == options.max_rows) { break; }
        rows.push_back(row_json(row));
    }
    const Json document = {{"selection", selection_name(options.selection.kind)},
                           {"before", side(sum(comparison.before, comparison.view), before)},
                           {"after", side(sum(comparison.after, comparison.view), after)},
                           {"different_phases", phases_json(comparison)},
                           {"rows", std::move(rows)}};
    return document.dump(kIndent, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string diff_page_data(const Comparison& comparison, SelectionChoice choice, bool complete,
                           Confidential confidential) {
    FlamegraphOptions options;
    const Selection changed = changes(comparison);
    const capture::Amount grown_or_shrunk = sum(changed, comparison.view);
    const bool has_changes = grown_or_shrunk.bytes > 0 || grown_or_shrunk.count > 0;
    options.metric = has_changes ? "change" : "after";
    options.all_frames = true;
    options.compares = true;
    options.note = page_note(comparison, choice, has_changes);
    options.complete = complete;
    options.confidential = confidential;
    options.quoted_frames = comparison.new_frames;  // the source is likely the new one
    return flamegraph_data(comparison.profile, comparison.view,
                           {{"after", comparison.after}, {"before", comparison.before}, {"change", changed}}, options);
}

}  // namespace memray::report

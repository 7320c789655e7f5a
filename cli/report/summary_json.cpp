// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <nlohmann/json.hpp>

#include "cli/report/metadata_json.h"
#include "cli/report/summary_report.h"
#include "cli/report/summary_rows.h"

namespace memray::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

}  // namespace

std::string summary_json(const capture::Profile& profile, const StackView& view, const SummaryOptions& options) {
    const Selection selection = select(profile, options.selection);
    const capture::Amount whole = sum(selection, view);
    Json rows = Json::array();
    for (const LocationRow& row : locations(view, selection, order_of(options.sort_column))) {
        if (rows.size() == options.max_rows) { break; }
        rows.push_back({{"function", row.function},
                        {"file", row.file},
                        {"total_bytes", row.total_bytes},
                        {"own_bytes", row.own_bytes},
                        {"num_allocations", row.count}});
    }
    const Json document = {{"selection", selection_name(options.selection.kind)},
                           {"frames", options.all_frames ? "all" : "own"},
                           {"bytes", whole.bytes},
                           {"num_allocations", whole.count},
                           {"rows", std::move(rows)},
                           {"metadata", metadata_json(profile)}};
    return document.dump(kIndent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <nlohmann/json.hpp>

#include "cli/report/metadata_json.h"
#include "cli/report/selection.h"
#include "cli/report/stats/histogram.h"
#include "cli/report/stats/statistics.h"

namespace memray::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

Json bins(const capture::Profile& profile) {
    Json result = Json::array();
    for (const Bin& bin : histogram(profile.sizes, kHistogramBins)) {
        result.push_back({{"min_bytes", bin.min_bytes}, {"max_bytes", bin.max_bytes}, {"count", bin.count}});
    }
    return result;
}

Json allocators(const Statistics& statistics) {
    Json result = Json::object();
    for (const Ranked& entry : statistics.allocators) { result[entry.name] = entry.amount.count; }
    return result;
}

Json sizes(const std::vector<Ranked>& locations) {
    Json result = Json::array();
    for (const Ranked& entry : locations) {
        result.push_back({{"location", entry.name}, {"size", entry.amount.bytes}});
    }
    return result;
}

Json counts(const std::vector<Ranked>& locations) {
    Json result = Json::array();
    for (const Ranked& entry : locations) {
        result.push_back({{"location", entry.name}, {"count", entry.amount.count}});
    }
    return result;
}

Json modules(const std::vector<Ranked>& entries) {
    Json result = Json::array();
    for (const Ranked& entry : entries) {
        result.push_back(
            {{"module", entry.name}, {"num_allocations", entry.amount.count}, {"total_bytes", entry.amount.bytes}});
    }
    return result;
}

}  // namespace

std::string stats_json(const capture::Profile& profile, const StackView& view, std::size_t largest) {
    const Statistics statistics = compute_statistics(profile, view, largest);
    Json document = {{"total_num_allocations", profile.total.count},
                     {"total_bytes_allocated", profile.total.bytes},
                     {"peak_bytes", profile.peak.bytes},
                     {"peak_num_allocations", profile.peak.count},
                     {"leaked_bytes", profile.leaked.bytes},
                     {"leaked_num_allocations", profile.leaked.count},
                     {"allocation_size_histogram", bins(profile)},
                     {"allocator_type_distribution", allocators(statistics)},
                     {"top_allocations_by_size", sizes(statistics.locations_by_size)},
                     {"top_allocations_by_count", counts(statistics.locations_by_count)},
                     {"top_modules_by_allocation_size", modules(statistics.modules_by_size)},
                     {"top_modules_by_allocation_count", modules(statistics.modules_by_count)},
                     {"metadata", metadata_json(profile)}};
    if (profile.period) {
        const capture::Amount amount = sum(kept(profile));
        document["kept_bytes"] = amount.bytes;
        document["kept_num_allocations"] = amount.count;
    }
    // Names of files need not be UTF-8, JSON must.
    return document.dump(kIndent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace memray::report

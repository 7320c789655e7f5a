// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page_json.h"

#include <algorithm>

namespace memray::report {
namespace {

using capture::Snapshot;
using Json = nlohmann::ordered_json;

// The highest of both curves, at the time of the highest heap.
Snapshot highest(const Snapshot* begin, const Snapshot* end) {
    Snapshot result = *std::max_element(begin, end, [](const auto& a, const auto& b) { return a.heap < b.heap; });
    for (const Snapshot* snapshot = begin; snapshot != end; ++snapshot) {
        result.rss = std::max(result.rss, snapshot->rss);
    }
    return result;
}

}  // namespace

std::uint32_t TextTable::number(const std::string& text) {
    const auto [entry, added] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) { texts_.push_back(text); }
    return entry->second;
}

Json threads_json(const capture::Profile& profile) {
    Json threads = Json::array();
    for (const capture::Thread& thread : profile.threads) {
        const std::string number = std::to_string(thread.id);
        threads.push_back(thread.name.empty() ? number : number + " (" + thread.name + ")");
    }
    return threads;
}

Json snapshots_json(const capture::Profile& profile, std::size_t most) {
    const std::vector<Snapshot>& all = profile.snapshots;
    const std::size_t shown = std::min(all.size(), std::max<std::size_t>(most, 1));
    Json json = Json::array();
    for (std::size_t i = 0; i < shown; ++i) {
        const Snapshot point = highest(&all[i * all.size() / shown], &all[0] + (i + 1) * all.size() / shown);
        json.push_back(point.time_ms - profile.metadata.start_ms);
        json.push_back(point.rss);
        json.push_back(point.heap);
    }
    return json;
}

std::string page_text(const Json& json) {
    const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '<' || c == '>' || c == '&') {  // only ever inside of strings
            constexpr const char* kDigits = "0123456789abcdef";
            result += "\\u00";
            result += kDigits[static_cast<unsigned char>(c) >> 4U];
            result += kDigits[static_cast<unsigned char>(c) & 15U];
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/page_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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

constexpr std::size_t kShownProcesses = 20;

struct Curve {
    std::string name;
    std::vector<Snapshot> points;
    std::uint64_t most{0};
};

std::vector<Curve> curves_by_size(const capture::Profile& profile) {
    std::vector<Curve> curves;
    for (const capture::Process& process : profile.processes) {
        curves.push_back({"process " + std::to_string(process.pid), {}, 0});
    }
    for (const capture::ProcessSnapshot& row : profile.process_snapshots) {
        Curve& curve = curves[row.process];
        curve.points.push_back(row.snapshot);
        curve.most = std::max(curve.most, row.snapshot.heap);
    }
    std::stable_sort(curves.begin(), curves.end(), [](const Curve& a, const Curve& b) { return a.most > b.most; });
    return curves;
}

std::vector<Snapshot> thinned(const std::vector<Snapshot>& all, std::size_t most) {
    const std::size_t shown = std::min(all.size(), std::max<std::size_t>(most, 1));
    std::vector<Snapshot> points;
    for (std::size_t i = 0; i < shown; ++i) {
        points.push_back(highest(&all[i * all.size() / shown], &all[0] + (i + 1) * all.size() / shown));
    }
    return points;
}

}  // namespace

Json threads_json(const capture::Profile& profile) {
    Json threads = Json::array();
    for (const capture::Thread& thread : profile.threads) {
        const std::string number = std::to_string(thread.id);
        threads.push_back(thread.name.empty() ? number : number + " (" + thread.name + ")");
    }
    return threads;
}

Json snapshots_json(const capture::Profile& profile, std::size_t most) {
    Json json = Json::array();
    for (const Snapshot& point : thinned(profile.snapshots, most)) {
        json.push_back(point.time_ms - profile.metadata.start_ms);
        json.push_back(point.rss);
        json.push_back(point.heap);
    }
    return json;
}

Json processes_json(const capture::Profile& profile, std::size_t most) {
    const std::vector<Curve> curves = curves_by_size(profile);
    const std::size_t shown = std::min(curves.size(), kShownProcesses);
    Json json = Json::array();
    for (std::size_t i = 0; i < shown; ++i) {
        Json points = Json::array();
        for (const Snapshot& point : thinned(curves[i].points, most / shown)) {
            points.push_back(point.time_ms - profile.metadata.start_ms);
            points.push_back(point.heap);
        }
        json.push_back({{"name", curves[i].name}, {"points", std::move(points)}});
    }
    return {{"shown", std::move(json)}, {"others", curves.size() - shown}};
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

std::string& PageObject::field(std::string_view name) {
    if (text_.size() > 1) { text_ += ','; }
    fmt::format_to(std::back_inserter(text_), "\"{}\":", name);
    return text_;
}

void PageObject::add(std::string_view name, const std::vector<std::int64_t>& numbers) {
    field(name) += '[';
    const char* separator = "";
    for (const std::int64_t number : numbers) {
        fmt::format_to(std::back_inserter(text_), "{}{}", separator, number);
        separator = ",";
    }
    text_ += ']';
}

}  // namespace memray::report

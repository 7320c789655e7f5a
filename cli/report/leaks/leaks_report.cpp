// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/leaks/leaks_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/report/format.h"
#include "cli/report/locations.h"
#include "cli/report/metadata_json.h"
#include "cli/report/my_code.h"
#include "cli/report/notes.h"
#include "cli/report/period.h"
#include "cli/report/resident.h"
#include "cli/report/time_point.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCurveWidth = 40;
constexpr std::size_t kShownCallers = 3;
constexpr std::size_t kOfPages = 20;
constexpr int kIndent = 2;
constexpr std::array<std::string_view, 8> kLevels{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double bytes_per_second(const capture::Profile& profile, const Suspect& suspect) {
    const std::int64_t width = bucket_ms(profile);
    return width == 0 ? 0 : suspect.growth.bytes_per_step * 1000 / static_cast<double>(width);
}

std::string frame_line(const StackView& view, std::uint32_t frame) {
    return base::printable(frame_text(view, view.frames[frame]));
}

// The first ones, and the last, which tells this place from others.
std::string callers_text(const StackView& view, const std::vector<std::uint32_t>& frames) {
    std::string text;
    for (std::size_t i = 1; i < frames.size(); ++i) {
        if (i < kShownCallers || i + 1 == frames.size()) {
            text += "\n     called by " + frame_line(view, frames[i]);
        } else if (i == kShownCallers) {
            text += "\n     ...";
        }
    }
    return text;
}

std::string suspect_text(const capture::Profile& profile, const StackView& view, const Suspect& suspect) {
    const std::string place =
        suspect.frames.empty() ? std::string(kUnknownLocation) : frame_line(view, suspect.frames[0]);
    const auto rate = static_cast<std::uint64_t>(std::llround(bytes_per_second(profile, suspect)));
    return place + callers_text(view, suspect.frames) +
           fmt::format("\n     {}\n     grew by {}, {} a second; rose in {} of {} time buckets; holds {} in {}\n",
                       sparkline(suspect.curve, kCurveWidth), size_text(suspect.growth.bytes), size_text(rate),
                       suspect.growth.rose, suspect.growth.moments, size_text(suspect.live.bytes),
                       counted(suspect.live.count, "allocation"));
}

// Small objects come from pools, and where these grow says little of whose objects are in them.
// Newer captures know arenas, which have a note of their own.
bool has_pools(const capture::Profile& profile) {
    const capture::Metadata& metadata = profile.metadata;
    if (profile.allocators[static_cast<std::size_t>(capture::Allocator::kArena)].count > 0) { return false; }
    return !metadata.trace_python_allocators && metadata.python_allocator.find("pymalloc") != std::string::npos;
}

std::string heading(const capture::Profile& profile, const LeaksOptions& options, std::size_t found) {
    std::string text;
    for (const std::string& line : beginning_lines(profile)) { text += line + "\n"; }
    text +=
        fmt::format("{} from {} to {}, in time buckets of {} ms\n",
                    found == 0 ? "Nothing grew steadily" : counted(found, "place") + " grew steadily",
                    since_start_text(profile.time_buckets[options.range.first].start_ms, profile.metadata),
                    since_start_text(moment_ms(profile, options.range.last + 1), profile.metadata), bucket_ms(profile));
    if (has_pools(profile)) {
        text +=
            "Note: Python's small objects come from pools: a line at which these grow may be any that needed one more "
            "object (--trace-python-allocators records each)\n";
    }
    for (const std::string& note : kind_notes(profile)) { text += "Note: " + note + "\n"; }
    for (const std::string& note : loss_notes(profile.metadata)) { text += "Note: " + note + "\n"; }
    return text;
}

Json frame_json(const StackView& view, std::uint32_t number) {
    const ViewFrame& frame = view.frames[number];
    return {{"function", view.strings[frame.function]}, {"file", view.strings[frame.file]}, {"line", frame.line}};
}

Json suspect_json(const capture::Profile& profile, const StackView& view, const Suspect& suspect) {
    Json json{{"function", kUnknownLocation}, {"file", ""}, {"line", 0}};
    if (!suspect.frames.empty()) { json = frame_json(view, suspect.frames[0]); }
    json["callers"] = Json::array();
    for (std::size_t i = 1; i < suspect.frames.size(); ++i) {
        json["callers"].push_back(frame_json(view, suspect.frames[i]));
    }
    json["live_bytes"] = suspect.live.bytes;
    json["live_num_allocations"] = suspect.live.count;
    json["grown_bytes"] = suspect.growth.bytes;
    json["bytes_per_second"] = bytes_per_second(profile, suspect);
    json["rose"] = suspect.growth.rose;
    json["moments"] = suspect.growth.moments;
    json["curve"] = suspect.curve;
    return json;
}

}  // namespace

std::string sparkline(const std::vector<std::uint64_t>& curve, std::size_t width) {
    if (curve.empty()) { return {}; }
    const std::uint64_t most = std::max<std::uint64_t>(*std::max_element(curve.begin(), curve.end()), 1);
    const std::size_t columns = std::min(curve.size(), width);
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto begin = curve.begin() + static_cast<std::ptrdiff_t>(i * curve.size() / columns);
        const auto end = curve.begin() + static_cast<std::ptrdiff_t>((i + 1) * curve.size() / columns);
        const double share = static_cast<double>(*std::max_element(begin, end)) / static_cast<double>(most);
        text += kLevels[std::min<std::size_t>(static_cast<std::size_t>(share * kLevels.size()), kLevels.size() - 1)];
    }
    return text;
}

std::string leaks_text(const capture::Profile& profile, const StackView& view, const LeaksOptions& options) {
    const std::vector<Suspect> suspects = leak_suspects(profile, view, options.range, options.all_frames);
    std::string text = heading(profile, options, suspects.size());
    const std::size_t shown = std::min(suspects.size(), options.most);
    for (std::size_t i = 0; i < shown; ++i) {
        text += fmt::format("\n{:3}. {}", i + 1, suspect_text(profile, view, suspects[i]));
    }
    if (shown < suspects.size()) {
        text += fmt::format("\n{} not shown (see --max-rows)\n", counted(suspects.size() - shown, "more place"));
    }
    return text;
}

Json growth_json(const capture::Profile& profile, const StackView& view) {
    if (profile.time_buckets.empty() || profile.period) { return nullptr; }
    const StackView mine = my_code_of(view, LibraryCalls::kCharged);
    std::vector<Suspect> suspects = leak_suspects(profile, mine, whole_time(profile), false);
    Json json = Json::array();
    for (std::size_t i = 0; i < std::min(suspects.size(), kOfPages); ++i) {
        json.push_back(suspect_json(profile, mine, suspects[i]));
    }
    return {{"bucket_seconds", static_cast<double>(bucket_ms(profile)) / 1000}, {"suspects", std::move(json)}};
}

std::string leaks_json(const capture::Profile& profile, const StackView& view, const LeaksOptions& options) {
    Json suspects = Json::array();
    for (const Suspect& suspect : leak_suspects(profile, view, options.range, options.all_frames)) {
        if (suspects.size() == options.most) { break; }
        suspects.push_back(suspect_json(profile, view, suspect));
    }
    const auto seconds = [&](std::int64_t ms) { return static_cast<double>(ms - profile.metadata.start_ms) / 1000; };
    const Json document = {{"frames", options.all_frames ? "all" : "own"},
                           {"from_seconds", seconds(profile.time_buckets[options.range.first].start_ms)},
                           {"to_seconds", seconds(moment_ms(profile, options.range.last + 1))},
                           {"bucket_seconds", static_cast<double>(bucket_ms(profile)) / 1000},
                           {"suspects", std::move(suspects)},
                           {"metadata", metadata_json(profile)}};
    return document.dump(kIndent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace memray::report

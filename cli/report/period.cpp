// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/report/format.h"
#include "cli/report/time_point.h"

namespace memray::report {
namespace {

using capture::Amount;
using capture::Profile;

std::uint32_t nearest_moment(const Profile& profile, std::int64_t ms, std::uint32_t first, std::uint32_t last) {
    std::uint32_t best = first;
    for (std::uint32_t i = first; i <= last; ++i) {
        if (std::abs(moment_ms(profile, i) - ms) < std::abs(moment_ms(profile, best) - ms)) { best = i; }
    }
    return best;
}

Amount live_at(const Profile& profile, std::uint32_t moment) {
    if (moment >= profile.time_buckets.size()) { return profile.leaked; }
    Amount live;
    for (const capture::Interval& interval : profile.intervals) {
        if (interval.allocated < moment && interval.freed >= moment) { live += interval.amount; }
    }
    return live;
}

Selection never_freed(const Profile& profile, TimeRange range) {
    Selection selection(profile.sites.size());
    for (const capture::Interval& interval : profile.intervals) {
        const bool within = interval.allocated >= range.first && interval.allocated <= range.last;
        if (within && interval.freed == capture::kNever) { selection[interval.site] += interval.amount; }
    }
    return selection;
}

std::string step_text(const Profile& profile) {
    const std::int64_t ms = bucket_ms(profile);
    return ms == 0 ? "" : fmt::format(", which are {} ms apart", ms);
}

}  // namespace

std::int64_t moment_ms(const Profile& profile, std::size_t moment) {
    const auto& buckets = profile.time_buckets;
    return moment < buckets.size() ? buckets[moment].start_ms
                                   : std::max(profile.metadata.end_ms, buckets.back().start_ms);
}

std::int64_t bucket_ms(const Profile& profile) {
    const auto& buckets = profile.time_buckets;
    return buckets.size() < 2 ? 0 : buckets[1].start_ms - buckets[0].start_ms;
}

TimeRange buckets_near(const Profile& profile, std::int64_t from_ms, std::int64_t to_ms) {
    const auto count = static_cast<std::uint32_t>(profile.time_buckets.size());
    const std::uint32_t first = nearest_moment(profile, from_ms, 0, count - 1);
    return {first, nearest_moment(profile, to_ms, first + 1, count) - 1};
}

void reduce_to_buckets(Profile& profile, TimeRange range) {
    std::erase_if(profile.intervals,
                  [&](const capture::Interval& row) { return !capture::is_memory(profile.sites[row.site].allocator); });
    capture::Period period;
    period.from_ms = moment_ms(profile, range.first);
    period.to_ms = moment_ms(profile, range.last + 1);
    period.at_start = live_at(profile, range.first);
    period.at_end = live_at(profile, range.last + 1);
    for (std::uint32_t i = range.first; i <= range.last; ++i) {
        period.most_bytes = std::max(period.most_bytes, profile.time_buckets[i].peak_bytes);
    }
    period.kept = leaked_in(profile, range);
    const bool last = range.last + 1 == profile.time_buckets.size();
    // The peak of the whole recording is known to the byte.
    const bool known = profile.peak_ms >= period.from_ms && (profile.peak_ms < period.to_ms || last);
    const Selection peak = known ? at_peak(profile) : at_peak_of(profile, range);
    const Selection leaked = never_freed(profile, range);
    for (std::size_t i = 0; i < profile.sites.size(); ++i) {
        const bool memory = capture::is_memory(profile.sites[i].allocator);
        profile.sites[i].peak = memory ? peak[i] : Amount{};
        profile.sites[i].leaked = leaked[i];
        profile.sites[i].total = {};
    }
    profile.peak = known ? profile.peak : sum(peak);
    profile.leaked = sum(leaked);
    profile.total = {};
    profile.lifetimes.clear();
    profile.period = std::move(period);
}

bool knows_totals(const Profile& profile) noexcept { return !profile.period || profile.period->exact; }

std::string period_text(const Profile& profile) {
    return fmt::format("{} to {}", since_start_text(profile.period->from_ms, profile.metadata),
                       since_start_text(profile.period->to_ms, profile.metadata));
}

std::string period_line(const Profile& profile) {
    if (!profile.period) { return {}; }
    const capture::Period& period = *profile.period;
    std::string text =
        fmt::format("Time: {} of {}; all memory then: {} at the start, at most {}, {} at the end", period_text(profile),
                    since_start_text(std::max(profile.metadata.end_ms, period.to_ms), profile.metadata),
                    size_text(period.at_start.bytes), size_text(period.most_bytes), size_text(period.at_end.bytes));
    if (!period.exact) {
        text += " (there is no log of events: these are the nearest times that are known" + step_text(profile) +
                ", and the peak is the fullest of them)";
    }
    return text;
}

nlohmann::ordered_json period_json(const Profile& profile) {
    if (!profile.period) { return nullptr; }
    const capture::Period& period = *profile.period;
    const auto seconds = [&](std::int64_t ms) { return static_cast<double>(ms - profile.metadata.start_ms) / 1000; };
    return {{"from_seconds", seconds(period.from_ms)},
            {"to_seconds", seconds(period.to_ms)},
            {"exact", period.exact},
            {"bytes_at_start", period.at_start.bytes},
            {"bytes_at_end", period.at_end.bytes},
            {"most_bytes", period.most_bytes},
            {"text", period_line(profile)}};
}

}  // namespace memray::report

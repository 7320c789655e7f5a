// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/merge/merged_time.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace memray::merge {
namespace {

using capture::Amount;
using capture::Profile;

constexpr std::int64_t kMostBuckets = 256;
constexpr std::size_t kMostSnapshots = 10'000;

struct Known {
    std::int64_t ms;
    std::size_t profile;
    State state;
    std::uint64_t bytes;
};

bool counts(const capture::Site& site, Counted counted) {
    return counted == Counted::kAll || capture::is_memory(site.allocator);
}

std::vector<std::uint64_t> bytes_at_bucket_starts(const Profile& profile, Counted counted) {
    const auto buckets = static_cast<std::uint32_t>(profile.time_buckets.size());
    std::vector<std::uint64_t> bytes(buckets + 1);  // differences: their running sum, modulo 2^64, is what was live
    for (const capture::Interval& interval : profile.intervals) {
        if (!counts(profile.sites[interval.site], counted)) { continue; }
        bytes[interval.allocated + 1] += interval.amount.bytes;
        if (interval.freed < buckets) { bytes[interval.freed + 1] -= interval.amount.bytes; }
    }
    for (std::uint32_t i = 1; i <= buckets; ++i) { bytes[i] += bytes[i - 1]; }
    return bytes;
}

std::uint64_t bytes_at_end(const Profile& profile, Counted counted) {
    if (counted == Counted::kMemory) { return profile.leaked.bytes; }
    std::uint64_t bytes = 0;
    for (const capture::Site& site : profile.sites) { bytes += site.leaked.bytes; }
    return bytes;
}

void append_known(const Profile& profile, std::size_t number, Counted counted, std::vector<Known>& known) {
    const std::vector<std::uint64_t> bytes = bytes_at_bucket_starts(profile, counted);
    const bool all = counted == Counted::kAll;
    const std::int64_t peak_ms = all ? profile.all_peak_ms : profile.peak_ms;
    for (std::uint32_t i = 1; i < profile.time_buckets.size(); ++i) {
        known.push_back({profile.time_buckets[i].start_ms, number, {State::Kind::kBucketStart, i}, bytes[i]});
    }
    const std::uint64_t peak = all ? profile.all_peak.bytes : profile.peak.bytes;
    known.push_back({peak_ms, number, {State::Kind::kPeak, 0}, peak});
    const std::int64_t end = std::max(profile.metadata.end_ms, peak_ms);
    const bool ended = has_ended(profile);
    known.push_back({end, number, {State::Kind::kEnd, 0}, bytes_at_end(profile, counted)});
    if (ended) { known.push_back({end, number, {}, 0}); }
}

std::int64_t width_of(const Profile& profile) {
    const auto& buckets = profile.time_buckets;
    return buckets.size() < 2 ? 1 : std::max<std::int64_t>(buckets[1].start_ms - buckets[0].start_ms, 1);
}

std::int64_t end_of(const Profile& profile) {
    std::int64_t end = profile.metadata.end_ms;
    if (!profile.time_buckets.empty()) { end = std::max(end, profile.time_buckets.back().start_ms); }
    return end;
}

template <typename Row>
void thin(std::vector<Row>& rows, std::size_t most) {
    while (rows.size() > most) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < rows.size(); i += 2) { rows[kept++] = rows[i]; }
        rows.resize(kept);
    }
}

void add_process(const Profile& profile, std::size_t most, Profile& merged) {
    const auto number = static_cast<std::uint32_t>(merged.processes.size());
    std::vector<capture::Snapshot> curve = profile.snapshots;
    thin(curve, std::max<std::size_t>(most, 1));
    if (has_ended(profile)) { curve.push_back({end_of(profile) + 1, 0, 0}); }
    for (const capture::Snapshot& point : curve) { merged.process_snapshots.push_back({number, point}); }
    for (capture::Residence row : profile.residences) {
        row.process = number;
        merged.residences.push_back(row);
    }
    const capture::Metadata& metadata = profile.metadata;
    merged.processes.push_back({metadata.pid, metadata.command_line, metadata.beginning, metadata.process_start_ms,
                                metadata.losses.unknown_frees});
}

void take_over_processes(const Profile& profile, Profile& merged) {
    const auto first = static_cast<std::uint32_t>(merged.processes.size());
    for (capture::ProcessSnapshot row : profile.process_snapshots) {
        row.process += first;
        merged.process_snapshots.push_back(row);
    }
    for (capture::Residence row : profile.residences) {
        row.process += first;
        merged.residences.push_back(row);
    }
    merged.processes.insert(merged.processes.end(), profile.processes.begin(), profile.processes.end());
}

}  // namespace

bool has_ended(const Profile& profile) noexcept {
    const capture::EndKind kind = profile.metadata.ending.kind;
    return kind != capture::EndKind::kDetached && kind != capture::EndKind::kRunning;
}

PeakMoment find_peak(const Profiles& profiles, Counted counted) {
    std::vector<Known> known;
    for (std::size_t i = 0; i < profiles.size(); ++i) { append_known(profiles[i], i, counted, known); }
    std::stable_sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.ms < b.ms; });
    PeakMoment peak{0, std::vector<State>(profiles.size())};
    std::vector<State> states(profiles.size());
    std::vector<std::uint64_t> bytes(profiles.size());
    std::uint64_t sum = 0;
    std::uint64_t largest = 0;
    for (const Known& next : known) {
        sum += next.bytes - bytes[next.profile];
        bytes[next.profile] = next.bytes;
        states[next.profile] = next.state;
        if (sum <= largest) { continue; }
        largest = sum;
        peak = {next.ms, states};
    }
    return peak;
}

std::vector<Amount> amounts_in(const Profile& profile, State state, Counted counted) {
    std::vector<Amount> amounts(profile.sites.size());
    if (state.kind == State::Kind::kBucketStart) {
        for (const capture::Interval& interval : profile.intervals) {
            if (interval.allocated >= state.bucket || interval.freed < state.bucket) { continue; }
            amounts[interval.site].count += interval.amount.count;
            amounts[interval.site].bytes += interval.amount.bytes;
        }
    } else if (state.kind != State::Kind::kNothing) {
        for (std::size_t i = 0; i < amounts.size(); ++i) {
            const capture::Site& site = profile.sites[i];
            const Amount& peak = counted == Counted::kAll ? site.all_peak : site.peak;
            amounts[i] = state.kind == State::Kind::kPeak ? peak : site.leaked;
        }
    }
    return amounts;
}

MergedBuckets::MergedBuckets(const Profiles& profiles) : start_ms_(std::numeric_limits<std::int64_t>::max()) {
    for (const Profile& profile : profiles) {
        if (profile.time_buckets.empty()) { continue; }
        start_ms_ = std::min(start_ms_, profile.time_buckets.front().start_ms);
        end_ms_ = std::max(end_ms_, end_of(profile));
        width_ms_ = std::max(width_ms_, width_of(profile));
    }
    if (end_ms_ >= start_ms_) { width_ms_ = std::max(width_ms_, (end_ms_ - start_ms_) / kMostBuckets + 1); }
}

std::uint32_t MergedBuckets::at(std::int64_t ms) const noexcept {
    return static_cast<std::uint32_t>((ms - start_ms_) / width_ms_);
}

std::vector<capture::TimeBucket> MergedBuckets::table(const Profiles& profiles) const {
    if (end_ms_ < start_ms_) { return {}; }
    std::vector<capture::TimeBucket> table(at(end_ms_) + 1);
    for (std::size_t i = 0; i < table.size(); ++i) {
        table[i].start_ms = start_ms_ + static_cast<std::int64_t>(i) * width_ms_;
    }
    for (const Profile& profile : profiles) {
        std::vector<std::uint64_t> most(table.size());
        const auto& buckets = profile.time_buckets;
        for (std::size_t i = 0; i < buckets.size(); ++i) {
            const std::int64_t end = i + 1 < buckets.size() ? buckets[i + 1].start_ms - 1 : end_of(profile);
            for (std::uint32_t to = at(buckets[i].start_ms); to <= at(std::max(end, buckets[i].start_ms)); ++to) {
                most[to] = std::max(most[to], buckets[i].peak_bytes);
            }
        }
        for (std::size_t i = 0; i < table.size(); ++i) { table[i].peak_bytes += most[i]; }
    }
    return table;
}

void MergedBuckets::append(const Profile& profile, std::uint32_t first_site, std::vector<capture::Interval>& to) const {
    for (capture::Interval interval : profile.intervals) {
        interval.site += first_site;
        interval.allocated = at(profile.time_buckets[interval.allocated].start_ms);
        if (interval.freed != capture::kNever) { interval.freed = at(profile.time_buckets[interval.freed].start_ms); }
        if (interval.freed != interval.allocated) { to.push_back(interval); }
    }
}

std::vector<capture::Snapshot> merged_curve(const Profiles& profiles) {
    std::vector<std::tuple<std::int64_t, std::size_t, capture::Snapshot>> points;
    std::int64_t last = 0;
    for (const Profile& profile : profiles) { last = std::max(last, profile.metadata.end_ms); }
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        for (const capture::Snapshot& point : profiles[i].snapshots) { points.emplace_back(point.time_ms, i, point); }
        const std::int64_t end = profiles[i].metadata.end_ms;
        if (has_ended(profiles[i]) && end < last) { points.emplace_back(end + 1, i, capture::Snapshot{end + 1, 0, 0}); }
    }
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    std::vector<capture::Snapshot> latest(profiles.size());
    std::vector<capture::Snapshot> curve;
    capture::Snapshot sum;
    for (const auto& [ms, number, point] : points) {
        sum.time_ms = ms;
        sum.rss += point.rss - latest[number].rss;
        sum.heap += point.heap - latest[number].heap;
        latest[number] = point;
        if (!curve.empty() && curve.back().time_ms == ms) { curve.pop_back(); }
        curve.push_back(sum);
    }
    thin(curve, kMostSnapshots);
    return curve;
}

void add_processes(const Profiles& profiles, Profile& merged) {
    for (const Profile& profile : profiles) {
        if (profile.processes.empty()) {
            add_process(profile, kMostSnapshots / profiles.size(), merged);
        } else {
            take_over_processes(profile, merged);
        }
    }
}

}  // namespace memray::merge

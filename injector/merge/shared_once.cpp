// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/merge/shared_once.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace memray::merge {
namespace {

using capture::Allocator;
using capture::Amount;
using capture::Profile;
using capture::Site;

using Identity = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

// From when to when a process holds a file, to a time bucket.
struct Holding {
    std::int64_t from_ms{std::numeric_limits<std::int64_t>::max()};
    std::int64_t until_ms{0};
    std::size_t profile{0};
    std::uint64_t bytes{0};  // at most
};

// When a process is over is noticed with some delay: who let go so much earlier may have held it to the last.
constexpr std::int64_t kLeastSlackMs = 1000;
constexpr std::int64_t kSlack = 10;  // one part of so many

Identity identity_of(const Profile& profile, const Site& site) {
    const capture::SharedFile& file = profile.shared_files[site.file - 1];
    return {file.boot, file.device, file.inode};
}

bool is_counted(const Site& site) { return site.file != 0 && site.allocator == Allocator::kSharedMemory; }

std::vector<Holding> holdings_of_sites(const Profile& profile) {
    std::vector<Holding> held(profile.sites.size());
    for (const capture::Interval& interval : profile.intervals) {
        Holding& site = held[interval.site];
        const bool stays = interval.freed == capture::kNever;
        const std::int64_t end = stays ? profile.metadata.end_ms : profile.time_buckets[interval.freed].start_ms;
        site.from_ms = std::min(site.from_ms, profile.time_buckets[interval.allocated].start_ms);
        site.until_ms = std::max(site.until_ms, end);
    }
    return held;
}

std::map<Identity, std::vector<Holding>> holdings(const Profiles& profiles) {
    std::map<Identity, std::vector<Holding>> found;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const std::vector<Holding> held = holdings_of_sites(profiles[i]);
        for (std::size_t site = 0; site < held.size(); ++site) {
            if (!is_counted(profiles[i].sites[site])) { continue; }
            std::vector<Holding>& all = found[identity_of(profiles[i], profiles[i].sites[site])];
            if (all.empty() || all.back().profile != i) { all.push_back({held[site].from_ms, 0, i, 0}); }
            all.back().from_ms = std::min(all.back().from_ms, held[site].from_ms);
            all.back().until_ms = std::max(all.back().until_ms, held[site].until_ms);
            const Site& of = profiles[i].sites[site];
            all.back().bytes += std::max(of.peak.bytes, of.leaked.bytes);
        }
    }
    return found;
}

std::size_t keeper_of(const std::vector<Holding>& all) {
    std::int64_t first = all.front().from_ms;
    std::int64_t last = 0;
    for (const Holding& one : all) {
        first = std::min(first, one.from_ms);
        last = std::max(last, one.until_ms);
    }
    const std::int64_t late = last - std::max(kLeastSlackMs, (last - std::min(first, last)) / kSlack);
    const Holding* keeper = nullptr;
    for (const Holding& one : all) {
        if (one.until_ms < late) { continue; }
        const bool is_better = keeper == nullptr || one.bytes > keeper->bytes ||
                               (one.bytes == keeper->bytes && one.from_ms < keeper->from_ms);
        if (is_better) { keeper = &one; }
    }
    return keeper->profile;
}

void take(Amount& from, const Amount& amount) {
    from.count -= std::min(from.count, amount.count);
    from.bytes -= std::min(from.bytes, amount.bytes);
}

// Bytes of these sites that were live at some time in each bucket.
std::vector<std::uint64_t> live_in_buckets(const Profile& profile, const std::vector<bool>& wanted) {
    std::vector<std::uint64_t> live(profile.time_buckets.size() + 1);
    for (const capture::Interval& interval : profile.intervals) {
        if (!wanted[interval.site]) { continue; }
        live[interval.allocated] += interval.amount.bytes;
        if (interval.freed < profile.time_buckets.size()) { live[interval.freed] -= interval.amount.bytes; }
    }
    for (std::size_t i = 1; i < live.size(); ++i) { live[i] += live[i - 1]; }
    return live;
}

// The curves: what was live for less than a bucket stays in them.
void take_from_curves(Profile& profile, const std::vector<bool>& wanted) {
    const std::vector<std::uint64_t> live = live_in_buckets(profile, wanted);
    auto& buckets = profile.time_buckets;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        buckets[i].peak_bytes -= std::min(buckets[i].peak_bytes, live[i]);
    }
    for (capture::Snapshot& point : profile.snapshots) {
        const auto behind = std::upper_bound(buckets.begin(), buckets.end(), point.time_ms,
                                             [](std::int64_t ms, const auto& bucket) { return ms < bucket.start_ms; });
        if (behind == buckets.begin()) { continue; }
        point.heap -= std::min(point.heap, live[static_cast<std::size_t>(behind - buckets.begin()) - 1]);
    }
}

void give_up(Profile& profile, const std::vector<bool>& sites) {
    if (std::find(sites.begin(), sites.end(), true) == sites.end()) { return; }
    take_from_curves(profile, sites);
    Amount& counted = profile.allocators[static_cast<std::size_t>(Allocator::kSharedMemory)];
    Amount& again = profile.allocators[static_cast<std::size_t>(Allocator::kSharedAgain)];
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!sites[i]) { continue; }
        Site& site = profile.sites[i];
        site.allocator = Allocator::kSharedAgain;
        take(profile.peak, site.peak);
        take(profile.leaked, site.leaked);
        take(profile.total, site.total);
        take(counted, site.total);
        again += site.total;
    }
}

}  // namespace

void count_shared_once(Profiles& profiles) {
    std::map<Identity, std::size_t> keepers;
    for (const auto& [identity, all] : holdings(profiles)) { keepers[identity] = keeper_of(all); }
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        std::vector<bool> given(profiles[i].sites.size());
        for (std::size_t site = 0; site < given.size(); ++site) {
            const Site& here = profiles[i].sites[site];
            given[site] = is_counted(here) && keepers.at(identity_of(profiles[i], here)) != i;
        }
        give_up(profiles[i], given);
    }
}

}  // namespace memray::merge

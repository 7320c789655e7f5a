// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/replay.h"

#include <algorithm>

#include "injector/capture/events/lifetime.h"

namespace memray::capture {
namespace {

constexpr std::uint32_t kClassBits = 6;
static_assert(kLifetimeClasses <= 1U << kClassBits);

// The deallocator that belongs to an allocator: the log does not name it.
Allocator deallocator_of(Allocator allocator) {
    switch (allocator) {
        case Allocator::kPymallocMalloc:
        case Allocator::kPymallocCalloc:
        case Allocator::kPymallocRealloc:
            return Allocator::kPymallocFree;
        case Allocator::kMmap:
            return Allocator::kMunmap;
        default:
            return Allocator::kFree;
    }
}

void add(Amount& sum, const Amount& amount) {
    sum.count += amount.count;
    sum.bytes += amount.bytes;
}

}  // namespace

Replay::Replay(const Profile& tables)
    : decoder_(tables.sites.size()),
      sites_(tables.sites.size()),
      allocations_of_thread_(tables.threads.size()),
      timeline_(tables.metadata.start_ms),
      small_sizes_(kSmallSizes),
      peak_ms_(tables.metadata.start_ms) {
    for (std::size_t i = 0; i < sites_.size(); ++i) { sites_[i].thread = tables.sites[i].thread; }
}

void Replay::decode(std::span<const std::uint8_t> payload) {
    decoder_.decode(payload, [this](const Event& event, LiveSlot& slot) { visit(event, slot); });
}

inline void Replay::visit(const Event& event, LiveSlot& slot) {
    switch (event.kind) {
        case EventKind::kAllocation:
            return allocate(event, slot, true);
        case EventKind::kRestore:
            return allocate(event, slot, false);
        case EventKind::kDeallocation:
            return free(event, slot);
        case EventKind::kTime:
            return advance(event.time_ms);
    }
}

void Replay::advance(std::int64_t ms) {
    const unsigned folds = timeline_.advance(ms, live_.bytes);
    if (folds == 0) { return; }
    for (LiveSlot& slot : decoder_.slots()) { slot.bucket = folds < 32 ? slot.bucket >> folds : 0; }
}

inline void Replay::allocate(const Event& event, LiveSlot& slot, bool counts) {
    SiteState& site = sites_[event.site];
    keep_peak(site);
    site.live.count += 1;
    site.live.bytes += event.size;
    live_.count += 1;
    live_.bytes += event.size;
    if (counts) {
        site.total.count += 1;
        site.total.bytes += event.size;
        allocations_of_thread_[site.thread] += 1;
        count_size(event.size);
    }
    slot.birth = allocations_of_thread_[site.thread];
    slot.bucket = timeline_.current();
    raise_peak();
}

inline void Replay::free(const Event& event, const LiveSlot& slot) {
    SiteState& site = sites_[event.site];
    keep_peak(site);
    site.live.count -= 1;
    site.live.bytes -= event.size;
    site.freed += 1;
    live_.count -= 1;
    live_.bytes -= event.size;
    timeline_.freed(event.site, slot.bucket, event.size);
    if (event.other_thread) { return; }
    const std::uint32_t distance = allocations_of_thread_[site.thread] - slot.birth;
    lifetimes_.add((std::uint64_t{event.site} << kClassBits) | lifetime_class(distance), 1, event.size);
}

// Only the first change of a site after the heap's peak costs something.
inline void Replay::keep_peak(SiteState& site) const noexcept {
    if (site.epoch == epoch_) { return; }
    site.peak = site.live;
    site.epoch = epoch_;
}

inline void Replay::raise_peak() noexcept {
    timeline_.heap(live_.bytes);
    if (live_.bytes <= peak_.bytes) { return; }
    peak_ = live_;
    peak_ms_ = timeline_.now_ms();
    ++epoch_;
}

inline void Replay::count_size(std::uint64_t size) {
    if (size < kSmallSizes) {
        ++small_sizes_[size];
    } else {
        large_sizes_.add(size, 1, 0);
    }
}

void Replay::finish(Profile& profile) const {
    finish_sites(profile);
    finish_lifetimes(profile);
    finish_intervals(profile);
    finish_sizes(profile);
    profile.peak = peak_;
    profile.peak_ms = peak_ms_;
    profile.leaked = live_;
    profile.metadata.end_ms = std::max(profile.metadata.end_ms, timeline_.now_ms());
}

void Replay::finish_sites(Profile& profile) const {
    profile.total = Amount{};
    profile.allocators = {};
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        SiteState state = sites_[i];
        keep_peak(state);
        Site& site = profile.sites[i];
        site.peak = state.peak;
        site.leaked = state.live;
        site.total = state.total;
        add(profile.total, state.total);
        add(profile.allocators[static_cast<std::size_t>(site.allocator)], state.total);
        profile.allocators[static_cast<std::size_t>(deallocator_of(site.allocator))].count += state.freed;
    }
}

void Replay::finish_lifetimes(Profile& profile) const {
    profile.lifetimes.clear();
    for (const auto& [key, amount] : lifetimes_.sorted()) {
        const auto index = static_cast<std::uint32_t>(key & ((1U << kClassBits) - 1));
        profile.lifetimes.push_back({static_cast<std::uint32_t>(key >> kClassBits), largest_distance(index), amount});
    }
}

void Replay::finish_intervals(Profile& profile) const {
    AmountTable live;
    for (const LiveSlot& slot : decoder_.slots()) {
        if (slot.site == LiveSlot::kFree) { continue; }
        live.add(ReplayTimeline::key(slot.site, slot.bucket, ReplayTimeline::kLive), 1, slot.size);
    }
    profile.intervals = timeline_.intervals(std::move(live));
    profile.time_buckets = timeline_.buckets();
}

void Replay::finish_sizes(Profile& profile) const {
    profile.sizes.clear();
    for (std::size_t size = 0; size < kSmallSizes; ++size) {
        if (small_sizes_[size] != 0) { profile.sizes.push_back({size, small_sizes_[size]}); }
    }
    for (const auto& [size, amount] : large_sizes_.sorted()) { profile.sizes.push_back({size, amount.count}); }
}

}  // namespace memray::capture

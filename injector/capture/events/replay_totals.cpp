// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/replay_totals.h"

#include "injector/capture/events/lifetime.h"

namespace memray::capture {
namespace {

// The deallocator that belongs to an allocator: the log does not name it.
Allocator deallocator_of(Allocator allocator) {
    switch (allocator) {
        case Allocator::kPymallocMalloc:
        case Allocator::kPymallocCalloc:
        case Allocator::kPymallocRealloc:
            return Allocator::kPymallocFree;
        default:
            return is_mapping(allocator) ? Allocator::kMunmap : Allocator::kFree;
    }
}

}  // namespace

ReplayTotals::ReplayTotals(const Profile& tables)
    : sites_(tables.sites.size()),
      allocations_of_thread_(tables.threads.size()),
      small_sizes_(kSmallSizes),
      now_ms_(tables.metadata.start_ms),
      peak_ms_(tables.metadata.start_ms),
      all_peak_ms_(tables.metadata.start_ms) {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        sites_[i].thread = tables.sites[i].thread;
        sites_[i].memory = is_memory(tables.sites[i].allocator);
    }
}

void ReplayTotals::restart() {
    for (SiteState& site : sites_) {
        site.total = {};
        site.freed = 0;
    }
    lifetimes_ = {};
    small_sizes_.assign(kSmallSizes, 0);
    large_sizes_ = {};
    peak_ = live_;
    peak_ms_ = now_ms_;
    ++epoch_;
    all_peak_ = all_;
    all_peak_ms_ = now_ms_;
    ++all_epoch_;
}

void ReplayTotals::fill(Profile& profile) const {
    fill_sites(profile);
    fill_lifetimes(profile);
    fill_sizes(profile);
    profile.peak = peak_;
    profile.peak_ms = peak_ms_;
    profile.leaked = live_;
    profile.all_peak = all_peak_;
    profile.all_peak_ms = all_peak_ms_;
}

void ReplayTotals::fill_sites(Profile& profile) const {
    profile.total = Amount{};
    profile.allocators = {};
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        SiteState state = sites_[i];
        keep_peak(state);
        Site& site = profile.sites[i];
        site.peak = state.peak;
        site.all_peak = state.all_peak;
        site.leaked = state.live;
        site.total = state.total;
        if (state.memory) { profile.total += state.total; }
        profile.allocators[static_cast<std::size_t>(site.allocator)] += state.total;
        profile.allocators[static_cast<std::size_t>(deallocator_of(site.allocator))].count += state.freed;
    }
}

void ReplayTotals::fill_lifetimes(Profile& profile) const {
    profile.lifetimes.clear();
    for (const auto& [key, amount] : lifetimes_.sorted()) {
        const auto index = static_cast<std::uint32_t>(key & ((1U << kClassBits) - 1));
        profile.lifetimes.push_back({static_cast<std::uint32_t>(key >> kClassBits), largest_distance(index), amount});
    }
}

void ReplayTotals::fill_sizes(Profile& profile) const {
    profile.sizes.clear();
    for (std::size_t size = 0; size < kSmallSizes; ++size) {
        if (small_sizes_[size] != 0) { profile.sizes.push_back({size, small_sizes_[size]}); }
    }
    for (const auto& [size, amount] : large_sizes_.sorted()) { profile.sizes.push_back({size, amount.count}); }
}

}  // namespace memray::capture

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/aggregator.h"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace memray::collector {

std::uint32_t Aggregator::site_for(const SiteKey& key) {
    const std::uint32_t before = sites_.size();
    const std::uint32_t site = sites_.find(key);
    if (sites_.size() != before) { sites_[site].epoch = epoch_; }
    return site;
}

void Aggregator::advance(std::int64_t ms) {
    if (ms <= now_ms_) { return; }
    now_ms_ = ms;
    for (unsigned folds = buckets_.advance(ms, heap_.bytes); folds > 0; --folds) {
        live_.fold_buckets();
        intervals_.fold();
        ++folds_;
    }
    if (log_ != nullptr) { log_->time(ms); }
}

// The free of what was here was not seen.
void Aggregator::implicit_free(std::uint64_t address) {
    ++reused_addresses_;
    Block block;
    const std::uint32_t slot = live_.take(address, block);
    if (block.bucket != buckets_.current()) {
        intervals_.add(block.site, block.bucket, buckets_.current(), {1, block.size});
    }
    remove_live(block.site, block.size);
    if (log_ != nullptr) { log_->deallocation(slot, true); }
}

void Aggregator::undo_deallocation(ThreadState& thread) {
    ++events_;
    Freed& freed = thread.freed;
    switch (std::exchange(freed.kind, Freed::Kind::kNone)) {
        case Freed::Kind::kNone:
            ++bad_events_;
            break;
        case Freed::Kind::kUnknown:
            --unknown_frees_;
            break;
        case Freed::Kind::kBlock:
            undo_block(freed);
            break;
        case Freed::Kind::kMappings:
            undo_mappings(freed);
            break;
    }
}

void Aggregator::uncount_free(const Freed& freed, const Block& block, std::uint32_t lifetime, bool whole,
                              std::uint64_t bytes) {
    const std::uint32_t folds = std::min(folds_ - freed.folds, 31U);
    const std::uint32_t allocated_in = block.bucket >> folds;
    const std::uint32_t freed_in = freed.bucket >> folds;
    if (allocated_in != freed_in) { intervals_.remove(block.site, allocated_in, freed_in, {whole ? 1U : 0U, bytes}); }
    if (lifetime != 0) { lifetimes_.remove(sites_[block.site], lifetime - 1, bytes); }
    --allocators_[static_cast<std::size_t>(freed.allocator)].count;
}

void Aggregator::undo_block(Freed& freed) {
    uncount_free(freed, freed.block, freed.lifetime, true, freed.block.size);
    freed.block.bucket >>= std::min(folds_ - freed.folds, 31U);
    std::uint32_t slot = 0;
    insert(freed.block, slot);
    if (log_ != nullptr) { log_->restore(freed.block.site, freed.block.size); }
    add_live(freed.block.site, freed.block.size);
}

void Aggregator::add_sites(capture::Profile& profile) const {
    assert(profile.sites.size() <= sites_.size());  // they have the same numbers
    while (profile.sites.size() < sites_.size()) {
        const SiteKey key = sites_.key(static_cast<std::uint32_t>(profile.sites.size()));
        profile.sites.push_back({key.node, key.native_node, key.thread, key.allocator, {}, {}, {}, {}, key.file});
    }
}

void Aggregator::fill(capture::Profile& profile) const {
    add_sites(profile);
    fill_sites(profile);
    fill_intervals(profile);
    profile.time_buckets = buckets_.table();
    profile.sizes = sizes_.sorted();
    profile.allocators = allocators_;
    profile.peak = peak_;
    profile.peak_ms = peak_ms_;
    profile.leaked = heap_;
    profile.all_peak = all_peak_.began() ? all_peak_.peak() : peak_;
    profile.all_peak_ms = all_peak_.began() ? all_peak_.peak_ms() : peak_ms_;
    profile.metadata.losses.unknown_frees = unknown_frees_;
    profile.metadata.losses.reused_addresses = reused_addresses_;
    profile.metadata.losses.bad_stacks += sites_.rejected();
    profile.metadata.losses.events += bad_events_;
}

void Aggregator::fill_live(capture::Profile& profile) const {
    add_sites(profile);
    for (std::uint32_t i = 0; i < profile.sites.size(); ++i) { profile.sites[i].leaked = sites_[i].live; }
    profile.leaked = heap_;
    profile.peak = peak_;
    profile.peak_ms = peak_ms_;
    profile.metadata.losses.unknown_frees = unknown_frees_;
}

Mark Aggregator::mark(const std::vector<ThreadState>& threads, std::size_t count) const {
    Mark mark{buckets_.current(), folds_, std::vector<std::optional<std::uint32_t>>(count)};
    for (const ThreadState& state : threads) {
        if (state.opened) { mark.allocations.at(state.thread) = state.allocations; }
    }
    return mark;
}

// Counts of allocations wrap, but not within a time bucket: those tell what the buckets leave open.
std::vector<capture::Amount> Aggregator::live_since(const Mark& mark) const {
    const std::uint32_t bucket = mark.bucket >> std::min(folds_ - mark.folds, 31U);
    const auto is_since = [&](const Block& block) {
        const std::uint32_t thread = sites_[block.site].thread;
        if (thread >= mark.allocations.size()) { return true; }
        if (block.bucket != bucket) { return block.bucket > bucket; }
        const std::optional<std::uint32_t> before = mark.allocations[thread];
        return before && static_cast<std::int32_t>(block.birth - *before) > 0;
    };
    std::vector<capture::Amount> amounts(sites_.size());
    live_.for_each([&](const Block& block) {
        if (sites_[block.site].memory == 0 || !is_since(block)) { return; }
        ++amounts[block.site].count;
        amounts[block.site].bytes += block.size;
    });
    return amounts;
}

void Aggregator::fill_sites(capture::Profile& profile) const {
    profile.lifetimes.clear();
    profile.total = {};
    for (std::uint32_t i = 0; i < profile.sites.size(); ++i) {
        const Site& from = sites_[i];
        capture::Site& to = profile.sites[i];
        to.peak = from.epoch == epoch_ ? from.peak : from.live;
        to.leaked = from.live;
        to.total = from.total;
        to.all_peak = all_peak_.began() ? all_peak_.of_site(i, from.live) : to.peak;
        lifetimes_.append(from, i, profile.lifetimes);
        if (from.memory != 0) { profile.total += from.total; }
    }
}

void Aggregator::fill_intervals(capture::Profile& profile) const {
    profile.intervals.clear();
    intervals_.append(profile.intervals);
    interning::KeyIndex index;
    std::vector<capture::Amount> alive;
    live_.for_each([&](const Block& block) {
        const std::uint32_t number = index.number((std::uint64_t{block.site} << 8U) | block.bucket);
        if (number == alive.size()) { alive.emplace_back(); }
        ++alive[number].count;
        alive[number].bytes += block.size;
    });
    for (std::uint32_t i = 0; i < alive.size(); ++i) {
        const std::uint64_t key = index.key(i);
        profile.intervals.push_back({static_cast<std::uint32_t>(key >> 8U), static_cast<std::uint32_t>(key & 0xffU),
                                     capture::kNever, alive[i]});
    }
    std::sort(profile.intervals.begin(), profile.intervals.end(), [](const auto& a, const auto& b) {
        return std::tie(a.site, a.allocated, a.freed) < std::tie(b.site, b.allocated, b.freed);
    });
}

}  // namespace memray::collector

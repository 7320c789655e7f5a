// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a replay of the event log adds up, site by site: live, at the peak, ever allocated; lifetimes and sizes.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/events/amount_table.h"
#include "injector/capture/events/event.h"
#include "injector/capture/events/event_decoder.h"
#include "injector/capture/events/lifetime.h"
#include "injector/capture/profile.h"

namespace memray::capture {

class ReplayTotals {
public:
    // `tables`: sites and threads; start_ms of its metadata.
    explicit ReplayTotals(const Profile& tables);

    // Events from now on happen at `ms`.
    void time_is(std::int64_t ms) noexcept { now_ms_ = ms; }
    // `counts`: it is an allocation, not one that is live again.
    void allocate(const Event& event, LiveSlot& slot, bool counts);
    // `has_lifetime`: its allocation counts, too.
    void free(const Event& event, const LiveSlot& slot, bool has_lifetime);
    // Forgets all but what is live, which is the peak so far.
    void restart();

    [[nodiscard]] const Amount& live() const noexcept { return live_; }

    // Fills in what is known without time buckets; what is live as leaked.
    void fill(Profile& profile) const;

private:
    struct SiteState {
        Amount live;
        Amount peak;             // as of `epoch`
        std::uint64_t epoch{0};  // of the heap's peak
        Amount all_peak;         // as of `all_epoch`
        std::uint64_t all_epoch{0};
        Amount total;
        std::uint64_t freed{0};
        std::uint32_t thread{0};
        bool memory{true};
    };
    static constexpr std::size_t kSmallSizes = 4096;
    static constexpr std::uint32_t kClassBits = 6;
    static_assert(kLifetimeClasses <= 1U << kClassBits);

    static void add(Amount& sum, std::uint64_t size) noexcept {
        sum.count += 1;
        sum.bytes += size;
    }
    static void remove(Amount& sum, std::uint64_t size) noexcept {
        sum.count -= 1;
        sum.bytes -= size;
    }
    void keep_peak(SiteState& site) const noexcept;
    void raise_peaks() noexcept;
    void count_size(std::uint64_t size);
    void fill_sites(Profile& profile) const;
    void fill_lifetimes(Profile& profile) const;
    void fill_sizes(Profile& profile) const;

    std::vector<SiteState> sites_;
    std::vector<std::uint32_t> allocations_of_thread_;
    AmountTable lifetimes_;  // site, lifetime class
    std::vector<std::uint64_t> small_sizes_;
    AmountTable large_sizes_;
    Amount live_;  // memory
    Amount peak_;
    std::int64_t now_ms_;
    std::int64_t peak_ms_;
    std::uint64_t epoch_{0};
    Amount all_;  // with all else that was mapped
    Amount all_peak_;
    std::int64_t all_peak_ms_;
    std::uint64_t all_epoch_{0};
};

// Only the first change of a site after either peak costs something.
inline void ReplayTotals::keep_peak(SiteState& site) const noexcept {
    if (site.all_epoch != all_epoch_) {
        site.all_peak = site.live;
        site.all_epoch = all_epoch_;
    }
    if (site.epoch == epoch_) { return; }
    site.peak = site.live;
    site.epoch = epoch_;
}

inline void ReplayTotals::raise_peaks() noexcept {
    if (all_.bytes > all_peak_.bytes) {
        all_peak_ = all_;
        all_peak_ms_ = now_ms_;
        ++all_epoch_;
    }
    if (live_.bytes <= peak_.bytes) { return; }
    peak_ = live_;
    peak_ms_ = now_ms_;
    ++epoch_;
}

inline void ReplayTotals::count_size(std::uint64_t size) {
    if (size < kSmallSizes) {
        ++small_sizes_[size];
    } else {
        large_sizes_.add(size, 1, 0);
    }
}

inline void ReplayTotals::allocate(const Event& event, LiveSlot& slot, bool counts) {
    SiteState& site = sites_[event.site];
    keep_peak(site);
    add(site.live, event.size);
    add(all_, event.size);
    if (site.memory) { add(live_, event.size); }
    if (counts) {
        add(site.total, event.size);
        allocations_of_thread_[site.thread] += 1;
        if (site.memory) { count_size(event.size); }
    }
    slot.birth = allocations_of_thread_[site.thread];
    raise_peaks();
}

inline void ReplayTotals::free(const Event& event, const LiveSlot& slot, bool has_lifetime) {
    SiteState& site = sites_[event.site];
    keep_peak(site);
    remove(site.live, event.size);
    site.freed += 1;
    remove(all_, event.size);
    if (site.memory) { remove(live_, event.size); }
    if (event.other_thread || !has_lifetime) { return; }
    const std::uint32_t distance = allocations_of_thread_[site.thread] - slot.birth;
    lifetimes_.add((std::uint64_t{event.site} << kClassBits) | lifetime_class(distance), 1, event.size);
}

}  // namespace memray::capture

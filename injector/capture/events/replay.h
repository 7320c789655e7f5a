// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Computes from the event log what the recorder would have written at its end: amounts of sites, lifetimes, intervals,
// sizes, totals. For captures whose recorder was killed.
#pragma once

#include "injector/capture/events/amount_table.h"
#include "injector/capture/events/event_decoder.h"
#include "injector/capture/events/replay_timeline.h"
#include "injector/capture/profile.h"

namespace memray::capture {

class Replay {
public:
    // `tables`: sites and threads; start_ms of its metadata.
    explicit Replay(const Profile& tables);

    // The next events section. Throws Corrupt.
    void decode(std::span<const std::uint8_t> payload);

    // Fills in the finished tables.
    void finish(Profile& profile) const;

private:
    struct SiteState {
        Amount live;
        Amount peak;             // as of `epoch`
        std::uint64_t epoch{0};  // of the heap's peak
        Amount total;
        std::uint64_t freed{0};
        std::uint32_t thread{0};
    };
    static constexpr std::size_t kSmallSizes = 4096;

    void advance(std::int64_t ms);
    void visit(const Event& event, LiveSlot& slot);
    void allocate(const Event& event, LiveSlot& slot, bool counts);
    void free(const Event& event, const LiveSlot& slot);
    void keep_peak(SiteState& site) const noexcept;
    void raise_peak() noexcept;
    void count_size(std::uint64_t size);
    void finish_sites(Profile& profile) const;
    void finish_lifetimes(Profile& profile) const;
    void finish_intervals(Profile& profile) const;
    void finish_sizes(Profile& profile) const;

    EventDecoder decoder_;
    std::vector<SiteState> sites_;
    std::vector<std::uint32_t> allocations_of_thread_;
    AmountTable lifetimes_;  // site, lifetime class
    ReplayTimeline timeline_;
    std::vector<std::uint64_t> small_sizes_;
    AmountTable large_sizes_;
    Amount live_;
    Amount peak_;
    std::int64_t peak_ms_;
    std::uint64_t epoch_{0};
};

}  // namespace memray::capture

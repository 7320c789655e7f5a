// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Computes from the event log what the recorder would have written at its end: amounts of sites, lifetimes, intervals,
// sizes, totals. For captures whose recorder was killed.
#pragma once

#include "injector/capture/events/event_decoder.h"
#include "injector/capture/events/replay_timeline.h"
#include "injector/capture/events/replay_totals.h"
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
    void advance(std::int64_t ms);
    void visit(const Event& event, LiveSlot& slot);
    void allocate(const Event& event, LiveSlot& slot, bool counts);
    void finish_intervals(Profile& profile) const;

    EventDecoder decoder_;
    ReplayTotals totals_;
    ReplayTimeline timeline_;
};

}  // namespace memray::capture

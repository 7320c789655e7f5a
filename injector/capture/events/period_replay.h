// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Computes from the event log what happened in a part of the recording, and what became of it: the amounts of a Profile
// with a Period.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "injector/capture/events/event_decoder.h"
#include "injector/capture/events/replay_totals.h"
#include "injector/capture/profile.h"

namespace memray::capture {

class PeriodReplay {
public:
    // `tables`: sites and threads. Times are milliseconds since the epoch; what happened at `to_ms` is not in it.
    PeriodReplay(const Profile& tables, std::int64_t from_ms, std::int64_t to_ms);

    // The next events section. Throws Corrupt.
    void decode(std::span<const std::uint8_t> payload);

    // Fills in the amounts; see Period. Nothing can be decoded after it.
    void finish(Profile& profile);

private:
    static constexpr std::uint32_t kNowhere = 0xffffffff;
    // Of the recording. LiveSlot::bucket says in which of them an allocation was made.
    enum Part : std::uint32_t { kBefore, kWithin, kAfter };

    void visit(const Event& event, LiveSlot& slot);
    void advance(std::int64_t ms);
    void enter(Part part);
    void allocate(const Event& event, LiveSlot& slot);
    void free(const Event& event, const LiveSlot& slot);
    [[nodiscard]] std::uint32_t part_of(const Event& event) const;
    [[nodiscard]] std::vector<Amount> live_of_period() const;

    EventDecoder decoder_;
    std::vector<std::uint32_t> place_of_;  // of each site: the same number for the same stack and thread
    ReplayTotals totals_;
    Period period_;
    Part part_{kBefore};
    std::uint32_t freed_place_{kNowhere};  // of the latest deallocation
    std::uint32_t freed_part_{kBefore};
};

}  // namespace memray::capture

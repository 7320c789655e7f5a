// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/replay.h"

#include <algorithm>
#include <utility>

namespace memray::capture {

Replay::Replay(const Profile& tables)
    : decoder_(tables.sites.size()), totals_(tables), timeline_(tables.metadata.start_ms) {}

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
            timeline_.freed(event.site, slot.bucket, event.size);
            return totals_.free(event, slot, true);
        case EventKind::kTime:
            return advance(event.time_ms);
    }
}

void Replay::advance(std::int64_t ms) {
    const unsigned folds = timeline_.advance(ms, totals_.live().bytes);
    totals_.time_is(timeline_.now_ms());
    if (folds == 0) { return; }
    for (LiveSlot& slot : decoder_.slots()) { slot.bucket = folds < 32 ? slot.bucket >> folds : 0; }
}

inline void Replay::allocate(const Event& event, LiveSlot& slot, bool counts) {
    totals_.allocate(event, slot, counts);
    slot.bucket = timeline_.current();
    timeline_.heap(totals_.live().bytes);
}

void Replay::finish(Profile& profile) const {
    totals_.fill(profile);
    finish_intervals(profile);
    profile.metadata.end_ms = std::max(profile.metadata.end_ms, timeline_.now_ms());
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

}  // namespace memray::capture

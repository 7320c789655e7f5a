// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/events/period_replay.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace memray::capture {
namespace {

std::vector<std::uint32_t> places_of(const std::vector<Site>& sites) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
    std::vector<std::uint32_t> places;
    places.reserve(sites.size());
    for (const Site& site : sites) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        places.push_back(numbers.emplace(std::tuple{site.stack, site.native_stack, site.thread}, next).first->second);
    }
    return places;
}

}  // namespace

PeriodReplay::PeriodReplay(const Profile& tables, std::int64_t from_ms, std::int64_t to_ms)
    : decoder_(tables.sites.size()), place_of_(places_of(tables.sites)), totals_(tables) {
    period_.from_ms = from_ms;
    period_.to_ms = to_ms;
    period_.exact = true;
    advance(tables.metadata.start_ms);
}

void PeriodReplay::decode(std::span<const std::uint8_t> payload) {
    decoder_.decode(payload, [this](const Event& event, LiveSlot& slot) { visit(event, slot); });
}

inline void PeriodReplay::visit(const Event& event, LiveSlot& slot) {
    switch (event.kind) {
        case EventKind::kAllocation:
        case EventKind::kRestore:
            return allocate(event, slot);
        case EventKind::kDeallocation:
            return free(event, slot);
        case EventKind::kTime:
            return advance(event.time_ms);
    }
}

void PeriodReplay::advance(std::int64_t ms) {
    if (part_ == kBefore && ms >= period_.from_ms) { enter(kWithin); }
    if (part_ == kWithin && ms >= period_.to_ms) { enter(kAfter); }
    if (part_ != kAfter) { totals_.time_is(ms); }
}

void PeriodReplay::enter(Part part) {
    part_ = part;
    if (part == kWithin) {
        totals_.time_is(period_.from_ms);
        totals_.restart();
        period_.at_start = totals_.live();
    } else {
        period_.at_end = totals_.live();
        period_.kept = live_of_period();
    }
}

// What a munmap left of a mapping, or a free that did not happen gave back, was allocated when the block was that the
// log has just let go of: such events follow each other. So has a mapping that another class has got since.
std::uint32_t PeriodReplay::part_of(const Event& event) const {
    return event.kind == EventKind::kRestore && place_of_[event.site] == freed_place_ ? freed_part_ : part_;
}

inline void PeriodReplay::allocate(const Event& event, LiveSlot& slot) {
    slot.bucket = part_of(event);
    if (part_ != kAfter) { totals_.allocate(event, slot, event.kind == EventKind::kAllocation); }
}

inline void PeriodReplay::free(const Event& event, const LiveSlot& slot) {
    freed_place_ = place_of_[event.site];
    freed_part_ = slot.bucket;
    if (part_ != kAfter) { totals_.free(event, slot, slot.bucket == kWithin); }
}

std::vector<Amount> PeriodReplay::live_of_period() const {
    std::vector<Amount> amounts(decoder_.site_count());
    for (const LiveSlot& slot : decoder_.slots()) {
        if (slot.site != LiveSlot::kFree && slot.bucket == kWithin) { amounts[slot.site] += {1, slot.size}; }
    }
    return amounts;
}

void PeriodReplay::finish(Profile& profile) {
    advance(std::numeric_limits<std::int64_t>::max());
    totals_.fill(profile);
    const std::vector<Amount> leaked = live_of_period();
    profile.leaked = {};
    for (std::size_t i = 0; i < leaked.size(); ++i) {
        profile.sites[i].leaked = leaked[i];
        if (is_memory(profile.sites[i].allocator)) { profile.leaked += leaked[i]; }
    }
    period_.most_bytes = profile.peak.bytes;
    profile.period = std::move(period_);
}

}  // namespace memray::capture

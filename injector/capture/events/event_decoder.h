// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Decodes the event log, block by block in the order of the file. Throws Corrupt for events that cannot have happened:
// unknown sites, frees of slots that are not live.
#pragma once

#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/events/event.h"
#include "injector/capture/events/event_code.h"

namespace memray::capture {

// A live allocation. `birth` and `bucket` belong to who visits the events: they are kept from the allocation to its
// free.
struct LiveSlot {
    static constexpr std::uint32_t kFree = 0xffffffff;

    std::uint64_t size{0};
    std::uint32_t site{kFree};
    std::uint32_t birth{0};
    std::uint32_t bucket{0};
};

class EventDecoder {
public:
    explicit EventDecoder(std::size_t site_count) : size_of_site_(site_count) {}

    // Calls visit(const Event&, LiveSlot&) for each event of the payload of one events section. The slot of a time
    // event is of no use.
    template <typename Visit>
    void decode(std::span<const std::uint8_t> payload, Visit&& visit) {
        ByteReader in(payload);
        for (std::uint64_t count = in.varint(); count > 0; --count) {
            Event event;
            LiveSlot& slot = next(in, event);
            visit(static_cast<const Event&>(event), slot);
        }
        if (!in.done()) { throw Corrupt("events beyond their number"); }
    }

    [[nodiscard]] std::size_t site_count() const noexcept { return size_of_site_.size(); }
    // All slots, also the free ones.
    [[nodiscard]] std::span<LiveSlot> slots() noexcept { return slots_; }
    [[nodiscard]] std::span<const LiveSlot> slots() const noexcept { return slots_; }

private:
    LiveSlot& next(ByteReader& in, Event& event) {
        const std::uint64_t tag = in.varint();
        if ((tag & kDeallocationBit) != 0) { return release(event, tag >> 1U); }
        switch (static_cast<Operation>((tag & kOperationMask) >> kOperationShift)) {
            case Operation::kAllocation:
                break;
            case Operation::kRestore:
                event.kind = EventKind::kRestore;
                break;
            case Operation::kTime:
                last_time_ += static_cast<std::uint64_t>(unzigzag(in.varint()));
                event.kind = EventKind::kTime;
                event.time_ms = static_cast<std::int64_t>(last_time_);
                return no_slot_;
            case Operation::kForeignFree:
                event.other_thread = true;
                return release(event, in.varint());
        }
        return take(in, tag, event);
    }

    LiveSlot& release(Event& event, std::uint64_t step) {
        const std::uint64_t number = last_slot_ + static_cast<std::uint64_t>(unzigzag(step));
        if (number >= slots_.size() || slots_[number].site == LiveSlot::kFree) { throw Corrupt("a free of nothing"); }
        LiveSlot& slot = slots_[number];
        event.kind = EventKind::kDeallocation;
        event.slot = static_cast<std::uint32_t>(number);
        event.site = slot.site;
        event.size = slot.size;
        slot.site = LiveSlot::kFree;
        last_slot_ = number;
        free_slots_.push_back(event.slot);
        return slot;
    }

    LiveSlot& take(ByteReader& in, std::uint64_t tag, Event& event) {
        if ((tag & kSameSite) == 0) { last_site_ += static_cast<std::uint64_t>(unzigzag(in.varint())); }
        if (last_site_ >= size_of_site_.size()) { throw Corrupt("an event of an unknown site"); }
        if ((tag & kSameSize) == 0) { size_of_site_[last_site_] = in.varint(); }
        event.site = static_cast<std::uint32_t>(last_site_);
        event.size = size_of_site_[last_site_];
        event.slot = take_slot();
        last_slot_ = event.slot;
        LiveSlot& slot = slots_[event.slot];
        slot.size = event.size;
        slot.site = event.site;
        return slot;
    }

    std::uint32_t take_slot() {
        if (!free_slots_.empty()) {
            const std::uint32_t slot = free_slots_.back();
            free_slots_.pop_back();
            return slot;
        }
        if (slots_.size() >= LiveSlot::kFree) { throw Corrupt("too many live allocations"); }
        slots_.emplace_back();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }

    std::vector<std::uint64_t> size_of_site_;
    std::vector<LiveSlot> slots_;
    std::vector<std::uint32_t> free_slots_;
    LiveSlot no_slot_;
    std::uint64_t last_slot_{0};
    std::uint64_t last_site_{0};
    std::uint64_t last_time_{0};
};

}  // namespace memray::capture

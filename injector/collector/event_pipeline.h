// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Holds events back for a moment, so that the memory that each needs is fetched while those before it are counted: with
// a million live blocks nearly every event would else wait for the table's index, and a free once more for its block.
//
//   event 40 comes        its cells are asked for
//   event 24              they are there: if it is a free, the block that they name is asked for
//   event 8               is counted
#pragma once

#include <array>
#include <cstdint>

#include "injector/collector/aggregator.h"

namespace memray::collector {

class EventPipeline {
public:
    explicit EventPipeline(Aggregator& aggregator) noexcept : aggregator_(aggregator) {}

    // As those of Aggregator, but counted later: after all before it, and at the latest in settle(). The thread must
    // stay where it is until then; its stacks may change.
    void allocation(ThreadState& thread, capture::Allocator allocator, std::uint64_t address, std::uint64_t size) {
        push({&thread, address, size, aggregator_.site_of(thread, allocator), allocator, false});
    }
    void deallocation(ThreadState& thread, capture::Allocator allocator, std::uint64_t address, std::uint64_t size) {
        push({&thread, address, size, 0, allocator, true});
    }
    // Counts all that came: before anything else happens to the aggregator, or is asked of it.
    void settle() {
        while (counted_ != come_) { count(events_[counted_++ % kDepth]); }
    }

private:
    static constexpr std::uint32_t kDepth = 32;
    static constexpr std::uint32_t kCellsTake = 16;  // events that come meanwhile

    struct Event {
        ThreadState* thread;
        std::uint64_t address;
        std::uint64_t size;
        std::uint32_t site;
        capture::Allocator allocator;
        bool is_free;
    };

    void push(const Event& event) {
        if (come_ - counted_ == kDepth) { count(events_[counted_++ % kDepth]); }
        aggregator_.expect(event.address);
        events_[come_ % kDepth] = event;
        if (come_ - counted_ >= kCellsTake) {
            const Event& before = events_[(come_ - kCellsTake) % kDepth];
            if (before.is_free) { aggregator_.expect_free(before.address); }
        }
        ++come_;
    }
    void count(const Event& event) {
        if (event.is_free) {
            aggregator_.deallocation(*event.thread, event.allocator, event.address, event.size);
        } else {
            aggregator_.allocation(*event.thread, event.site, event.allocator, event.address, event.size);
        }
    }

    Aggregator& aggregator_;
    std::uint32_t come_{0};
    std::uint32_t counted_{0};
    std::array<Event, kDepth> events_{};
};

}  // namespace memray::collector

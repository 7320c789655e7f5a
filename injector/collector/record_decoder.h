// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs the records of all rings, in the order of the merge (whose sink it is): keeps each thread's stacks, the stack
// trees and the code table, and passes the events on to the aggregator.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/aggregator.h"
#include "injector/collector/code_table.h"
#include "injector/collector/stack_tree.h"
#include "injector/collector/thread_state.h"
#include "payload/wire/record.h"
#include "payload/wire/ring_reader.h"

namespace memray::collector {

class RecordDecoder {
public:
    RecordDecoder(std::uint32_t rings, std::uint32_t hex_version, Aggregator& aggregator)
        : aggregator_(aggregator), codes_(hex_version), states_(rings) {}

    void opened(std::uint32_t ring, std::uint32_t thread, std::uint32_t tid);
    void event(std::uint32_t ring, std::uint64_t header, std::uint64_t address);
    void change(std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader);

    // The interpreter began to tear down: events after that do not count.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] const StackTree& stacks() const noexcept { return stacks_; }
    [[nodiscard]] const StackTree& native_stacks() const noexcept { return native_stacks_; }
    [[nodiscard]] const CodeTable& codes() const noexcept { return codes_; }
    // In order of their first record.
    [[nodiscard]] std::vector<capture::Thread>& threads() noexcept { return threads_; }
    // Of the threads that have a ring, by ring.
    [[nodiscard]] const std::vector<ThreadState>& states() const noexcept { return states_; }
    // Records that a sane target does not write.
    [[nodiscard]] std::uint64_t bad_records() const noexcept { return bad_records_; }

private:
    void frames(StackCursor& stack, StackTree& tree, std::uint64_t value, const wire::RingReader& reader);
    void bytes(ThreadState& state, std::uint64_t size, const wire::RingReader& reader);
    void code(ThreadState& state, std::uint64_t id, const wire::RingReader& reader);
    void thread_name(ThreadState& state);

    Aggregator& aggregator_;
    StackTree stacks_;         // of Python, frames are frame words
    StackTree native_stacks_;  // frames are native words
    CodeTable codes_;
    std::vector<ThreadState> states_;  // by ring
    std::vector<capture::Thread> threads_;
    std::uint64_t bad_records_{0};
    bool finished_{false};
};

inline void RecordDecoder::event(std::uint32_t ring, std::uint64_t header, std::uint64_t address) {
    if (finished_) { return; }
    ThreadState& state = states_[ring];
    const auto wire_allocator = static_cast<std::uint8_t>(wire::allocator_of(header));
    const auto allocator = wire_allocator < capture::kAllocatorCount ? static_cast<capture::Allocator>(wire_allocator)
                                                                     : capture::Allocator::kNone;
    switch (wire::kind_of(header)) {
        case wire::RecordKind::kAllocation:
            aggregator_.allocation(state, allocator, address, wire::value_of(header));
            break;
        case wire::RecordKind::kDeallocation:
            aggregator_.deallocation(state, allocator, address, wire::value_of(header));
            break;
        case wire::RecordKind::kUndoDeallocation:
            aggregator_.undo_deallocation(state);
            break;
        case wire::RecordKind::kFinish:
            finished_ = true;
            break;
        default:
            break;
    }
}

}  // namespace memray::collector

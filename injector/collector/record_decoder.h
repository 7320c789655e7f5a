// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs the records of all rings, in the order of the merge (whose sink it is): keeps each thread's stacks, the code
// table and the stacks of the Profile with all that describes them, and passes the events on to the aggregator.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/aggregator.h"
#include "injector/collector/event_pipeline.h"
#include "injector/collector/held_events.h"
#include "injector/collector/memory_devices.h"
#include "injector/collector/native_frames.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/shared_files.h"
#include "injector/collector/tables/code_table.h"
#include "injector/collector/tables/edge_cache.h"
#include "injector/collector/thread_state.h"
#include "injector/interning/profile_tables.h"
#include "payload/wire/record.h"
#include "payload/wire/ring_reader.h"

namespace memray::collector {

class RecordDecoder {
public:
    // `merge`: what delivers the records. `profile` gets strings, functions, frames, stacks, modules, native frames and
    // native stacks, and shared files, which nobody else may change. `modules` may be null: no native stacks; so may
    // `devices`: no file lies in memory.
    RecordDecoder(const OrderedMerge& merge, std::uint32_t rings, std::uint32_t hex_version, Aggregator& aggregator,
                  capture::Profile& profile, const NativeModules* modules = nullptr, MemoryDevices* devices = nullptr)
        : merge_(merge),
          hex_version_(hex_version),
          devices_(devices),
          files_(profile),
          aggregator_(aggregator),
          pipeline_(aggregator),
          tables_(profile),
          codes_(hex_version, tables_),
          native_frames_(tables_, modules),
          states_(rings) {}

    void opened(std::uint32_t ring, std::uint32_t thread, std::uint32_t tid);
    void event(std::uint32_t ring, std::uint64_t header, std::uint64_t address);
    void change(std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader);
    // The aggregator knows of all events so far.
    void settle() { pipeline_.settle(); }

    // Python was finalized: what happens after that counts if it is initialized again (HeldEvents).
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    // It will not count any more: too much has happened.
    [[nodiscard]] bool finished_for_good() const noexcept { return held_.overflown(); }
    // Events from now on happen at `ms` (since the epoch).
    void advance(std::int64_t ms);
    // Of code objects that are alive.
    [[nodiscard]] const CodeTable& codes() const noexcept { return codes_; }
    // In order of their first record.
    [[nodiscard]] std::vector<capture::Thread>& threads() noexcept { return threads_; }
    // Of the threads that have a ring, by ring.
    [[nodiscard]] const std::vector<ThreadState>& states() const noexcept { return states_; }
    // Stacks that are not what they were, and records that a sane target does not write.
    [[nodiscard]] std::uint64_t bad_records() const noexcept { return bad_records_ + tables_.rejected(); }

private:
    void apply(ThreadState& state, std::uint64_t header, std::uint64_t address);
    void mapping(ThreadState& state, std::uint64_t word, std::uint64_t size);
    void after_end(ThreadState& state, std::uint64_t header, std::uint64_t address);
    void restart();
    void frames(std::uint32_t ring, std::uint64_t value, const wire::RingReader& reader);
    void native_frames(StackCursor& stack, std::uint64_t value, const wire::RingReader& reader);
    void code(std::uint32_t ring, std::uint64_t id, const wire::RingReader& reader);
    void thread_name(ThreadState& state, std::uint64_t width);
    // The stack one frame deeper.
    std::uint32_t enter(std::uint32_t ring, std::uint32_t parent, std::uint64_t word);
    std::uint32_t enter_native(std::uint32_t parent, std::uint64_t word);
    void look_ahead(std::uint32_t id);

    const OrderedMerge& merge_;
    std::uint32_t hex_version_;
    MemoryDevices* devices_;
    SharedFiles files_;
    Aggregator& aggregator_;
    EventPipeline pipeline_;
    interning::ProfileTables tables_;
    EdgeCache edges_;
    EdgeCache native_edges_;
    CodeTable codes_;
    NativeFrames native_frames_;
    std::vector<ThreadState> states_;  // by ring
    std::vector<capture::Thread> threads_;
    std::vector<std::uint32_t> ring_of_thread_;
    std::uint64_t bad_records_{0};
    std::uint32_t vain_looks_{0};
    bool finished_{false};
    HeldEvents held_;
};

inline void RecordDecoder::event(std::uint32_t ring, std::uint64_t header, std::uint64_t address) {
    if (finished_) [[unlikely]] { return after_end(states_[ring], header, address); }
    apply(states_[ring], header, address);
}

inline void RecordDecoder::apply(ThreadState& state, std::uint64_t header, std::uint64_t address) {
    const auto wire_allocator = static_cast<std::uint8_t>(wire::allocator_of(header));
    const auto allocator = wire_allocator < wire::kAllocatorCount ? static_cast<capture::Allocator>(wire_allocator)
                                                                  : capture::Allocator::kNone;
    switch (wire::kind_of(header)) {
        case wire::RecordKind::kAllocation:
            if (wire_allocator == static_cast<std::uint8_t>(wire::Allocator::kMmap)) [[unlikely]] {
                return mapping(state, address, wire::value_of(header));
            }
            pipeline_.allocation(state, allocator, address, wire::value_of(header));
            break;
        case wire::RecordKind::kDeallocation:
            pipeline_.deallocation(state, allocator, address, wire::value_of(header));
            break;
        case wire::RecordKind::kUndoDeallocation:
            settle();
            aggregator_.undo_deallocation(state);
            break;
        case wire::RecordKind::kAccessible:
            settle();
            aggregator_.make_accessible(state, address, address + wire::value_of(header));
            break;
        case wire::RecordKind::kCodeDeath:
            codes_.remove(static_cast<std::uint32_t>(wire::value_of(header)));
            break;
        case wire::RecordKind::kFinish:
            finished_ = true;
            break;
        default:
            break;
    }
}

}  // namespace memray::collector

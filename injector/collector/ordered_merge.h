// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Merges the rings of all threads into one stream in the order of their sequence numbers. Records without a number
// (stacks, code, names) are delivered as soon as they stand at the head of their ring; a numbered one only when it is
// the next. A missing number is a record that is still being written, so the merge waits for it, unless the caller
// says that it will not come (skip_missing).
//
// Two rings, whose records are allocations (a), frees (f) and stacks (s, without a number):
//
//   ring 1: s a7 a8 f11        ring 2: a9 s a10 f12
//
//   expected 7   ring 1: s, a7, a8 delivered, f11 is not due: ring 1 waits for 11
//   expected 9   ring 2: a9, s, a10 delivered, f12 is not due: ring 2 waits for 12
//   expected 11  the heap of those who wait names ring 1: f11; then ring 2: f12
//
// As long as one thread allocates, its ring is read on without a look at the others. If a10 were still being written,
// ring 2 would be empty behind its s, `blocked()` true, and nothing would be delivered before it comes: the number was
// taken by somebody who is about to publish it, or has died. Then, and only then, the caller skips: 10 counts as
// missing, and is delivered late, out of order, should it come after all.
//
// The sink is called inline:
//   sink.opened(ring, thread, tid)       before the first record of a thread
//   sink.event(ring, header, address)    the numbered ones; in order
//   sink.change(ring, header, reader)    the others; words of the record through reader.word(i)
//   sink.settle()                        after the last one of a drain
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "injector/collector/mapped_region.h"
#include "payload/wire/ring_reader.h"

namespace memray::collector {

class OrderedMerge {
public:
    explicit OrderedMerge(MappedRegion& region);

    // Delivers what is due, at most about `limit` records. Returns how many; 0 means that all rings are empty or wait
    // for a missing number.
    template <class Sink>
    std::size_t drain(Sink& sink, std::size_t limit);

    // A numbered record is there, but an earlier one is missing.
    [[nodiscard]] bool blocked() const noexcept { return !waiting_.empty() && waiting_.front().sequence > expected_; }
    // The number that is delivered next: all before it have been, or were skipped.
    [[nodiscard]] std::uint64_t next() const noexcept { return expected_; }
    // Goes on with the smallest number present.
    void skip_missing() noexcept;
    // Numbers skipped and not seen since.
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }

    // Some thread of the target waits for room.
    [[nodiscard]] bool writer_waits() const noexcept;
    // Some ring is at least half full.
    [[nodiscard]] bool half_full() const noexcept;

    // Calls visit(ring, header, reader) for each record that is published and not delivered yet, ring by ring.
    template <class Visit>
    void for_each_pending(Visit visit) const;
    // Something of the thread that holds the ring was delivered.
    [[nodiscard]] bool is_open(std::uint32_t ring) const noexcept { return rings_[ring].open; }

    // Rings given up because their contents made no sense.
    [[nodiscard]] std::size_t corrupt_rings() const noexcept { return corrupt_count_; }

    [[nodiscard]] std::uint32_t rings() const noexcept { return static_cast<std::uint32_t>(rings_.size()); }
    // Nothing of the thread that held this ring is left to deliver.
    [[nodiscard]] bool drained(std::uint32_t ring) const noexcept;
    // The ring is about to get a new owner; it must be drained.
    void reset(std::uint32_t ring) noexcept;

private:
    // Fewer records than these in a look at the rings: their writers have been caught up with. Looking again at once
    // would take the cache lines that they write from them for each single record.
    static constexpr std::size_t kWorthAnotherLook = 512;

    struct Ring {
        wire::RingReader reader;
        wire::Slot* slot{nullptr};
        std::uint32_t unreleased{0};  // words
        bool open{false};
        bool given_up{false};
    };
    struct Waiting {
        std::uint64_t sequence;
        std::uint32_t ring;
    };
    enum class Stop { kEmpty, kNotDue, kLimit };

    template <class Sink>
    Stop run(std::uint32_t index, Sink& sink, std::size_t limit);
    template <class Sink>
    void open(std::uint32_t index, Sink& sink);
    template <class Sink>
    void poll_idle(Sink& sink, std::size_t limit);
    void park(std::uint32_t index, Stop stop);
    std::uint32_t take_first() noexcept;
    void discover();
    void release(Ring& ring) noexcept;
    void release_all() noexcept;
    void give_up(std::uint32_t index) noexcept;
    void discard(Ring& ring) noexcept;

    MappedRegion& region_;
    std::uint32_t portion_;  // words after which a ring is released
    std::vector<Ring> rings_;
    std::vector<Waiting> waiting_;     // heap, smallest number first: rings whose head is not due yet
    std::vector<std::uint32_t> idle_;  // rings that were empty
    std::uint64_t expected_{0};
    std::uint64_t blocked_at_{0};  // the number at which the last run() stopped
    std::uint64_t missing_{0};
    std::size_t corrupt_count_{0};
    std::size_t handled_{0};
};

template <class Sink>
std::size_t OrderedMerge::drain(Sink& sink, std::size_t limit) {
    discover();
    handled_ = 0;
    while (handled_ < limit) {
        if (!waiting_.empty() && waiting_.front().sequence <= expected_) {
            const std::uint32_t index = take_first();
            park(index, run(index, sink, limit));
            continue;
        }
        const std::size_t before = handled_;
        poll_idle(sink, limit);
        const bool due = !waiting_.empty() && waiting_.front().sequence <= expected_;
        if (handled_ - before < kWorthAnotherLook && !due) { break; }
    }
    sink.settle();
    release_all();
    assert(waiting_.size() + idle_.size() == rings_.size());  // a ring that is in neither is never looked at again
    return handled_;
}

template <class Sink>
void OrderedMerge::poll_idle(Sink& sink, std::size_t limit) {
    discover();
    for (std::size_t i = 0; i < idle_.size() && handled_ < limit;) {
        const std::uint32_t index = idle_[i];
        Ring& ring = rings_[index];
        if (ring.given_up || !ring.reader.has_record()) {
            if (ring.reader.corrupt()) { give_up(index); }
            ++i;
            continue;
        }
        idle_[i] = idle_.back();
        idle_.pop_back();
        park(index, run(index, sink, limit));
    }
}

// Stays on one ring for as long as its numbers follow one another.
template <class Sink>
OrderedMerge::Stop OrderedMerge::run(std::uint32_t index, Sink& sink, std::size_t limit) {
    Ring& ring = rings_[index];
    wire::RingReader& reader = ring.reader;
    while (reader.has_record()) {
        if (handled_ >= limit) { return Stop::kLimit; }
        const std::uint64_t header = reader.word(0);
        const std::size_t length = reader.checked_length(header);
        if (length == 0) { break; }
        if (!ring.open) { open(index, sink); }
        if (wire::is_numbered(wire::kind_of(header))) {
            const std::uint64_t sequence = reader.word(2);
            if (sequence > expected_) {
                blocked_at_ = sequence;
                return Stop::kNotDue;
            }
            if (sequence == expected_) {
                ++expected_;
            } else if (missing_ > 0) {
                --missing_;
            }
            sink.event(index, header, reader.word(1));
        } else {
            sink.change(index, header, reader);
        }
        reader.skip(length);
        ++handled_;
        ring.unreleased += static_cast<std::uint32_t>(length);
        if (ring.unreleased >= portion_) { release(ring); }
    }
    if (reader.corrupt()) { give_up(index); }
    return Stop::kEmpty;
}

template <class Visit>
void OrderedMerge::for_each_pending(Visit visit) const {
    for (std::uint32_t index = 0; index < rings_.size(); ++index) {
        if (rings_[index].given_up) { continue; }
        wire::RingReader reader = rings_[index].reader;
        while (reader.has_record()) {
            const std::uint64_t header = reader.word(0);
            const std::size_t length = reader.checked_length(header);
            if (length == 0) { break; }
            visit(index, header, reader);
            reader.skip(length);
        }
    }
}

template <class Sink>
void OrderedMerge::open(std::uint32_t index, Sink& sink) {
    Ring& ring = rings_[index];
    ring.open = true;
    sink.opened(index, __atomic_load_n(&ring.slot->thread, __ATOMIC_RELAXED),
                __atomic_load_n(&ring.slot->tid, __ATOMIC_RELAXED));
}

}  // namespace memray::collector

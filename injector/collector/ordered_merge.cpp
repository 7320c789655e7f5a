// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/ordered_merge.h"

#include <algorithm>

#include "injector/collector/futex.h"

namespace memray::collector {
namespace {

constexpr auto kLater = [](const auto& a, const auto& b) { return a.sequence > b.sequence; };

}  // namespace

OrderedMerge::OrderedMerge(MappedRegion& region) : region_(region), portion_(region.ring_words() / 4) {}

void OrderedMerge::skip_missing() noexcept {
    if (!blocked()) { return; }
    missing_ += waiting_.front().sequence - expected_;
    expected_ = waiting_.front().sequence;
}

bool OrderedMerge::writer_waits() const noexcept {
    return std::any_of(rings_.begin(), rings_.end(), [](const Ring& ring) { return ring.reader.writer_waits(); });
}

bool OrderedMerge::half_full() const noexcept {
    const std::uint64_t half = region_.ring_words() / 2;
    return std::any_of(rings_.begin(), rings_.end(), [half](const Ring& ring) {
        return ring.slot->head.load(std::memory_order_seq_cst) - ring.slot->tail.load(std::memory_order_relaxed) >=
               half;
    });
}

bool OrderedMerge::drained(std::uint32_t ring) const noexcept {
    return rings_[ring].given_up || rings_[ring].reader.drained();
}

void OrderedMerge::reset(std::uint32_t index) noexcept {
    Ring& ring = rings_[index];
    if (ring.given_up) {
        discard(ring);
    } else {
        release(ring);
    }
    ring.reader = wire::RingReader(*ring.slot, region_.ring_words());
    ring.open = false;
    ring.given_up = false;
}

void OrderedMerge::park(std::uint32_t index, Stop stop) {
    if (stop == Stop::kEmpty) {
        idle_.push_back(index);
        return;
    }
    // A ring left because of the limit is due at once.
    waiting_.push_back({stop == Stop::kNotDue ? blocked_at_ : 0, index});
    std::push_heap(waiting_.begin(), waiting_.end(), kLater);
}

std::uint32_t OrderedMerge::take_first() noexcept {
    std::pop_heap(waiting_.begin(), waiting_.end(), kLater);
    const std::uint32_t index = waiting_.back().ring;
    waiting_.pop_back();
    return index;
}

void OrderedMerge::discover() {
    const std::uint32_t used = region_.map_used_slots();
    while (rings_.size() < used) {
        const auto index = static_cast<std::uint32_t>(rings_.size());
        wire::Slot& slot = region_.slot(index);
        rings_.push_back({wire::RingReader(slot, region_.ring_words()), &slot, 0, false, false});
        idle_.push_back(index);
    }
}

void OrderedMerge::release(Ring& ring) noexcept {
    ring.unreleased = 0;
    if (ring.reader.release()) { futex_wake(ring.slot->released); }
}

void OrderedMerge::release_all() noexcept {
    for (Ring& ring : rings_) {
        if (ring.given_up) {
            discard(ring);
        } else if (ring.unreleased > 0) {
            release(ring);
        }
    }
}

void OrderedMerge::give_up(std::uint32_t index) noexcept {
    Ring& ring = rings_[index];
    if (ring.given_up) { return; }
    ring.given_up = true;
    ++corrupt_count_;
}

// The thread of a ring that was given up must not wait for room for ever.
void OrderedMerge::discard(Ring& ring) noexcept {
    ring.unreleased = 0;
    ring.slot->tail.store(ring.slot->head.load(std::memory_order_acquire), std::memory_order_seq_cst);
    if (ring.slot->waiting.load(std::memory_order_seq_cst) == 0) { return; }
    ring.slot->released.fetch_add(1, std::memory_order_release);
    futex_wake(ring.slot->released);
}

}  // namespace memray::collector

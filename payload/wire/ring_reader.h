// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The controller's end of one ring. It must assume that the target writes anything at any time: positions are copied
// once and checked, every word is copied out before it is looked at, and a ring that does not make sense reports
// `corrupt` for good instead of being believed.
//
// One reader per slot, used from one thread. The ring's size comes from the controller's own memory,
// never from the region, where the target could change it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/wire/record.h"
#include "payload/wire/slot.h"

namespace memray::wire {

class RingReader {
public:
    RingReader() = default;
    RingReader(Slot& slot, std::uint32_t ring_words) noexcept
        : slot_(&slot),
          words_(ring_of(slot)),
          mask_(ring_words - 1),
          position_(slot.tail.load(std::memory_order_relaxed)),
          head_(position_) {}

    // True while a whole record is at hand. Looks at the writer's position only when the known part is used up.
    bool has_record() noexcept {
        if (position_ == head_ && !refresh()) { return false; }
        return true;
    }

    // Word `index` of the current record. Only after has_record(), and below record length.
    [[nodiscard]] std::uint64_t word(std::size_t index) const noexcept {
        return __atomic_load_n(&words_[(position_ + index) & mask_], __ATOMIC_RELAXED);
    }

    // Length of the current record in words, 0 (and corrupt from now on) if the header makes no sense.
    std::size_t record_length() noexcept { return checked_length(word(0)); }
    std::size_t checked_length(std::uint64_t header) noexcept {
        const std::size_t length = record_words(header);
        if (length == 0 || length > head_ - position_) {
            corrupt_ = true;
            head_ = position_;
            return 0;
        }
        return length;
    }

    // Steps over the current record. The writer cannot reuse the words before release().
    void skip(std::size_t length) noexcept { position_ += length; }

    // Hands all words read so far back to the writer. Returns true if the writer waits and must be woken
    // (futex on Slot::released, which was bumped).
    bool release() noexcept {
        if (slot_->tail.load(std::memory_order_relaxed) == position_) { return false; }
        // Pairs with the acquire load of tail in RingWriter::reserve: our reads happen before the words are reused.
        slot_->tail.store(position_, std::memory_order_seq_cst);
        // Dekker with RingWriter: it sets waiting, then looks at tail again; we set tail, then look at waiting.
        if (slot_->waiting.load(std::memory_order_seq_cst) == 0) { return false; }
        slot_->released.fetch_add(1, std::memory_order_release);
        return true;
    }

    [[nodiscard]] bool corrupt() const noexcept { return corrupt_; }
    // Words read but not released, to decide when to release.
    [[nodiscard]] std::uint64_t unreleased() const noexcept {
        return position_ - slot_->tail.load(std::memory_order_relaxed);
    }
    // True if the writer published nothing beyond what was read.
    [[nodiscard]] bool drained() const noexcept { return slot_->head.load(std::memory_order_acquire) == position_; }
    [[nodiscard]] bool writer_waits() const noexcept { return slot_->waiting.load(std::memory_order_relaxed) != 0; }

private:
    bool refresh() noexcept {
        if (corrupt_) { return false; }
        // Pairs with the release store of head in RingWriter::commit.
        const std::uint64_t head = slot_->head.load(std::memory_order_acquire);
        if (head - position_ > std::uint64_t{mask_} + 1) {
            corrupt_ = true;
            return false;
        }
        head_ = head;
        return head_ != position_;
    }

    Slot* slot_{nullptr};
    const std::uint64_t* words_{nullptr};
    std::uint32_t mask_{0};
    bool corrupt_{false};
    std::uint64_t position_{0};
    std::uint64_t head_{0};
};

}  // namespace memray::wire

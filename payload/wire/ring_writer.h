// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The target's end of one ring: reserve room, put words, commit. Only the thread that owns the slot may use it. No
// heap, no locks, no system calls of its own: waiting for room is the caller's (a callable given to reserve).
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/wire/slot.h"

namespace memray::wire {

class RingWriter {
public:
    RingWriter(Slot& slot, std::uint32_t ring_words) noexcept
        : slot_(slot), words_(ring_of(slot)), mask_(ring_words - 1) {}

    // Makes room for `count` words, at most kMaxRecordWords. If there is none, publishes what was written and calls
    // `wait(slot)` until it returns false (give up) or room appears. Returns whether there is room.
    template <typename Wait>
    [[nodiscard]] bool reserve(std::size_t count, Wait&& wait) noexcept {
        return fits(slot_, mask_, count) || make_room(slot_, mask_, count, wait);
    }

    // Appends a word to the reserved room.
    void put(std::uint64_t word) noexcept {
        if (slot_.written % kLineWords == 0) { own_soon(&words_[(slot_.written + kAheadWords) & mask_]); }
        __atomic_store_n(&words_[slot_.written & mask_], word, __ATOMIC_RELAXED);
        ++slot_.written;
    }

    // Appends a whole, short record to the reserved room.
    template <typename... Words>
    void put_record(Words... words) noexcept {
        static_assert(sizeof...(Words) <= kLineWords);
        std::uint64_t at = slot_.written;
        // Also where no line begins in between: a branch would cost more when it is mispredicted.
        own_soon(&words_[(at + sizeof...(Words) - 1 + kAheadWords) & mask_]);
        (__atomic_store_n(&words_[at++ & mask_], words, __ATOMIC_RELAXED), ...);
        slot_.written = at;
    }

    // Publishes all words put so far; they must be whole records.
    void commit() noexcept {
        // Pairs with the acquire load of head in RingReader.
        slot_.head.store(slot_.written, std::memory_order_release);
    }

private:
    static constexpr std::size_t kLineWords = 8;
    static constexpr std::size_t kAheadWords = 16 * kLineWords;

    // The reader had this line last. Asking for it well ahead, for writing, keeps the store that comes to it, and with
    // it the next locked instruction, from waiting for the other core. (__builtin_prefetch would ask for a shared
    // copy.)
    static void own_soon(const std::uint64_t* line) noexcept { __asm__ volatile("prefetchw %0" : : "m"(*line)); }

    [[nodiscard]] static bool fits(const Slot& slot, std::uint32_t mask, std::size_t count) noexcept {
        return slot.written + count - slot.cached_tail <= std::uint64_t{mask} + 1;
    }
    // Once in a ring's length. Not a member: the writer's own fields stay in registers.
    template <typename Wait>
    [[gnu::noinline, gnu::cold]] static bool make_room(Slot& slot, std::uint32_t mask, std::size_t count,
                                                       Wait&& wait) noexcept {
        slot.head.store(slot.written, std::memory_order_release);
        for (;;) {
            // Pairs with the store of tail in RingReader::release: its reads are over before we write there again.
            slot.cached_tail = slot.tail.load(std::memory_order_acquire);
            if (fits(slot, mask, count)) { return true; }
            // Dekker with RingReader::release: we set waiting, then look at tail again; it sets tail, then looks at
            // waiting. One of the two sees the other.
            slot.waiting.store(1, std::memory_order_seq_cst);
            const bool room = slot.tail.load(std::memory_order_seq_cst) != slot.cached_tail;
            const bool go_on = room || wait(slot);
            slot.waiting.store(0, std::memory_order_relaxed);
            if (!go_on) { return false; }
        }
    }

    Slot& slot_;
    std::uint64_t* words_;
    std::uint32_t mask_;
};

}  // namespace memray::wire

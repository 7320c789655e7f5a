// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Code object -> id, for code objects that are alive. Lock-free, fixed size, no heap. An entry is removed when its
// code object dies (code_record.h), so a recycled address gets a new id. A code object whose few possible places are
// all taken has no entry: its id is private to the thread that has it on its stack (wire::kPrivateCode).
//
// The life of an id, for a code object at address A:
//
//   first seen on a stack   take_place(A) claims an entry (code = 1); a number is given out; the record that describes
//                           the code object goes into the ring of the thread that saw it; insert() makes the entry
//                           valid (code = A, with a release, after id and generation)
//   seen again              find(A) is the id, on any thread; if two threads were first at once, both ids are valid
//   it dies                 the hook of PyCode_Type's tp_dealloc sees A: erase(A) empties the entries and a numbered
//                           record says which ids mean nothing from here on, so the recorder forgets them in order
//   A is used again         no entry has A: what lives there now gets a new id
//
// Between two recordings the generation changes; an entry of an earlier one is not found, and its place can be taken.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

class alignas(wire::kPageSize) CodeIds {
public:
    // The id of a code object that the caller keeps alive; 0 if it has none. A thread that is late may insert an id of
    // an earlier recording after clear(): the generation tells.
    [[nodiscard]] std::uint32_t find(std::uint64_t code, std::uint32_t generation) const noexcept {
        const std::uint32_t home = home_of(code);
        for (std::uint32_t i = 0; i < kWindow; ++i) {
            const Entry& entry = entries_[(home + i) & kMask];
            // Pairs with the release store in insert: the id was written before the code.
            if (entry.code.load(std::memory_order_acquire) != code) { continue; }
            if (entry.generation.load(std::memory_order_relaxed) != generation) { continue; }
            return entry.id.load(std::memory_order_relaxed);
        }
        return 0;
    }
    // A place for a code object that has no entry, before its id is given out; kNoPlace if there is none. Two threads
    // may take one each for the same code object at once: both entries are valid.
    static constexpr std::uint32_t kNoPlace = 0xffffffff;
    [[nodiscard]] std::uint32_t take_place(std::uint64_t code) noexcept;
    // Either of the two, of a place that was taken.
    void insert(std::uint32_t place, std::uint64_t code, std::uint32_t id, std::uint32_t generation) noexcept;
    void give_back(std::uint32_t place) noexcept { entries_[place].code.store(0, std::memory_order_release); }
    // Whether a code object was ever refused a place: then those without an entry have ids, too.
    [[nodiscard]] bool was_full() const noexcept { return was_full_.load(std::memory_order_relaxed); }
    // Removes all entries of a dying code object and calls visit(id, generation) for each. Returns whether there were
    // any.
    template <class Visit>
    bool erase(std::uint64_t code, Visit visit) noexcept;
    // Only of an object in memory that no file backs.
    void clear() noexcept;
    // The same without giving memory back, which takes a system call.
    void erase_all() noexcept;

private:
    struct Entry {
        std::atomic<std::uint64_t> code{0};
        std::atomic<std::uint32_t> id{0};
        std::atomic<std::uint32_t> generation{0};
    };
    static constexpr std::uint32_t kSize = 1U << 15U;
    static constexpr std::uint32_t kMask = kSize - 1;
    static constexpr std::uint32_t kWindow = 16;
    static constexpr std::uint64_t kClaimed = 1;  // no object lives at address 1

    static std::uint32_t home_of(std::uint64_t code) noexcept {
        return static_cast<std::uint32_t>(((code >> 4U) * 0x9E3779B97F4A7C15ULL) >> 40U) & kMask;
    }

    std::array<Entry, kSize> entries_;
    std::atomic<bool> was_full_{false};
};

template <class Visit>
bool CodeIds::erase(std::uint64_t code, Visit visit) noexcept {
    const std::uint32_t home = home_of(code);
    bool found = false;
    for (std::uint32_t i = 0; i < kWindow; ++i) {
        Entry& entry = entries_[(home + i) & kMask];
        if (entry.code.load(std::memory_order_acquire) != code) { continue; }
        const std::uint32_t id = entry.id.load(std::memory_order_relaxed);
        const std::uint32_t generation = entry.generation.load(std::memory_order_relaxed);
        std::uint64_t expected = code;
        if (!entry.code.compare_exchange_strong(expected, 0, std::memory_order_release)) { continue; }
        visit(id, generation);
        found = true;
    }
    return found;
}

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Spares a walk the outer frames that have not changed since the last one.
//
// How a walk goes on from a frame depends on the registers that it has there (place, rsp, and rbp if a frame from there
// on is left by it) and on the words that it reads from the stack on its way, and on nothing else: the tables are the
// same as long as the directory has the same version, with which all is forgotten. So where a walk comes to a frame of
// the last one with the same registers, and all the words that the last one read from there on are as they were, it
// would end as the last one did, frame by frame. Only walks that were followed to the outermost frame are kept.
#pragma once

#include "payload/stack/memory.h"
#include "payload/stack/native_room.h"
#include "payload/stack/stack_window.h"
#include "payload/wire/record.h"

namespace memray::payload {

class LastWalk {
public:
    explicit LastWalk(NativeRoom& room) noexcept
        : room_(room), frames_(room.frames()), at_(room.capacity), candidate_(room.known) {}

    // Whether the walk, which has come to a frame with these registers, is done with that.
    [[nodiscard]] bool knows(std::uint64_t place, std::uint64_t rsp, std::uint64_t rbp, bool rbp_known,
                             const StackWindow& window) noexcept {
        // Stacks grow downwards: frames outwards have higher addresses.
        while (candidate_ > 0 && frames_[candidate_ - 1].rsp < rsp) { --candidate_; }
        if (candidate_ == 0) { return false; }
        const NativeFrame& frame = frames_[candidate_ - 1];
        if (frame.rsp != rsp || wire::native_place(frame.word) != place || frame.reads > unchanged_) { return false; }
        if (frame.needs_base && !(rbp_known && frame.rbp == rbp)) { return false; }
        if (!window.holds(room_.from, room_.to)) { return false; }
        const std::uint32_t changed = first_changed(frame.reads);
        if (changed == 0) { return true; }
        unchanged_ = changed - 1;
        return false;
    }

    [[nodiscard]] bool is_full() const noexcept { return at_ == 0; }
    // For the frame that the walk has come to. They are put at the end until it is known how many there are.
    [[nodiscard]] NativeFrame& add() noexcept {
        --at_;
        if (candidate_ > at_) { candidate_ = at_; }
        if (room_.walked > at_) { room_.walked = at_; }
        return frames_[at_];
    }

    // `joined`: it ended with knows(); `whole`: it ended with the outermost frame.
    void finish(bool joined, bool whole) noexcept {
        const std::uint32_t first = joined ? candidate_ : 0;
        const std::uint32_t added = room_.capacity - at_;
        std::uint32_t same = first;
        for (std::uint32_t i = 0; i < added; ++i) {
            NativeFrame& to = frames_[first + i];
            const NativeFrame& from = frames_[at_ + i];
            if (same == first + i && same < room_.walked && to.word == from.word) { ++same; }
            to = from;
        }
        room_.walked = first + added;
        if (same < room_.same) { room_.same = same; }
        room_.known = joined || whole ? keep_words(first) : 0;
    }

private:
    // One more than the index of the innermost of the `count` outermost words that is not as it was; 0 if all are.
    [[nodiscard]] std::uint32_t first_changed(std::uint32_t count) const noexcept {
        const StackWord* const words = room_.words();
        const StackWord* word = words + count;
#pragma GCC unroll 4
        while (word != words) {
            --word;
            if (load<std::uint64_t>(word->address, 0) != word->value) [[unlikely]] {
                return static_cast<std::uint32_t>(word - words) + 1;
            }
        }
        return 0;
    }

    // Of the frames from `first` inwards. How many frames are known then.
    [[nodiscard]] std::uint32_t keep_words(std::uint32_t first) noexcept {
        constexpr std::uint32_t kMostOfFrame = 3;
        if (first == 0) {
            room_.from = ~std::uint64_t{0};
            room_.to = 0;
        }
        std::uint32_t reads = first == 0 ? 0 : frames_[first - 1].reads;
        bool outer_needs = first != 0 && frames_[first - 1].needs_base;
        for (std::uint32_t i = first; i < room_.walked; ++i) {
            NativeFrame& frame = frames_[i];
            if (reads + kMostOfFrame > room_.word_capacity()) { return i; }
            keep_word(reads, frame.cfa_slot);
            keep_word(reads, frame.return_slot);
            keep_word(reads, outer_needs ? frame.base_slot : 0);
            frame.reads = reads;
            outer_needs = frame.uses_base || (frame.keeps_base && outer_needs);
            frame.needs_base = outer_needs;
        }
        return room_.walked;
    }

    void keep_word(std::uint32_t& reads, std::uint64_t slot) noexcept {
        if (slot == 0) { return; }
        // It has just been read.
        room_.words()[reads++] = {slot, load<std::uint64_t>(slot, 0)};
        if (slot < room_.from) { room_.from = slot; }
        if (slot + sizeof(std::uint64_t) > room_.to) { room_.to = slot + sizeof(std::uint64_t); }
    }

    NativeRoom& room_;
    NativeFrame* frames_;
    std::uint32_t at_;         // the frames of this walk are from here to the end
    std::uint32_t candidate_;  // one more than the frame of the last walk that this one may come to next
    std::uint32_t unchanged_{~std::uint32_t{0}};  // how many of the outermost words may be as they were
};

}  // namespace memray::payload

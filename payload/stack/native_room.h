// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A thread's native stack as it was walked last, in one piece of memory that only that thread uses: its frames,
// outermost first, and the words of the stack that the walk rests on, in the same order.
#pragma once

#include <cstdint>

namespace memray::payload {

// The registers when the walk came to a frame, and where it found what it needed to leave it (0: nowhere).
struct NativeFrame {
    std::uint64_t word;  // wire::native_word()
    std::uint64_t rsp;
    std::uint64_t rbp;
    std::uint64_t cfa_slot;
    std::uint64_t return_slot;
    std::uint64_t base_slot;
    std::uint32_t reads;  // words that this frame and those outwards of it were left by
    bool uses_base;       // rbp is needed to leave it
    bool keeps_base;      // rbp is the caller's, too
    bool needs_base;      // rbp is needed to leave it or one outwards of it
};
static_assert(sizeof(NativeFrame) == 56);

struct StackWord {
    std::uint64_t address;
    std::uint64_t value;
};

struct NativeRoom {
    unsigned char* memory;   // nullptr: nothing mapped; aligned to 8 bytes
    std::uint32_t capacity;  // frames
    std::uint32_t depth;     // frames that the collector knows of
    std::uint32_t walked;    // frames of the last walk
    std::uint32_t same;      // outermost ones of those that are as the collector knows them
    std::uint32_t known;     // outermost ones from which a walk need not go on: all words that it rests on are kept
    std::uint64_t from, to;  // where those words are

    [[nodiscard]] static constexpr std::uint64_t bytes_for(std::uint32_t capacity) noexcept {
        return std::uint64_t{capacity} * (sizeof(NativeFrame) + kWordsPerFrame * sizeof(StackWord));
    }
    [[nodiscard]] std::uint32_t word_capacity() const noexcept { return kWordsPerFrame * capacity; }
    [[nodiscard]] NativeFrame* frames() const noexcept { return reinterpret_cast<NativeFrame*>(memory); }
    [[nodiscard]] StackWord* words() const noexcept { return reinterpret_cast<StackWord*>(frames() + capacity); }

    // Nothing is known, nothing was sent; of another thread, or another recording.
    void forget_all() noexcept { depth = walked = same = known = 0; }

private:
    static constexpr std::uint32_t kWordsPerFrame = 2;
};

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Remembers which blocks were recorded, where that cannot be told from a block when it is freed: one bit for every
// 16 bytes of address space, in pages that are mapped when the first block of theirs is marked (a 128th of the heap).
// Lock-free: a block is its owner's from the allocation to the free.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace memray::payload {

class BlockMarks {
public:
    // False if there is no memory for it.
    bool add(const void* block) noexcept;
    // Whether it was marked.
    bool remove(const void* block) noexcept;
    // A thread that is late may leave a mark behind.
    void clear() noexcept;

private:
    using Word = std::atomic<std::uint64_t>;
    static constexpr unsigned kWordBits = 6 + 4;  // of the address, that choose a bit of a word
    static constexpr unsigned kLeafBits = 15;     // 256 KiB, for 32 MiB of heap
    static constexpr unsigned kBranchBits = 12;
    static constexpr unsigned kRootBits = 10;  // user space ends at 2^47
    struct Leaf {
        std::array<Word, 1U << kLeafBits> words;
    };
    struct Branch {
        std::array<std::atomic<Leaf*>, 1U << kBranchBits> leaves;
    };
    struct Place {
        Word* word;  // nullptr: nothing is marked near there
        std::uint64_t bit;
    };

    Place find(const void* block) const noexcept;
    static void clear_leaf(Leaf& leaf) noexcept;
    Leaf* leaf_for(const void* block) noexcept;

    std::array<std::atomic<Branch*>, 1U << kRootBits> branches_{};
};

}  // namespace memray::payload

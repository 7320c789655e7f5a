// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live allocations: address -> block, each in a numbered slot. Slots are given out as capture/event.h says: the one
// freed last is used first.
//
//   index_  32-bit cells: low bits slot + 1, the bits above them a piece of the address's hash, so that a probe rarely
//           looks at a block that is not the one; load 0.5 - 0.75
//   blocks_ 16 bytes per slot
//
// 24 bytes per live allocation at most, not counting blocks of 64 KiB and more, whose sizes are kept aside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "injector/collector/tables/mapped_array.h"

namespace memray::collector {

inline constexpr std::uint32_t kNoSlot = 0xffffffff;
inline constexpr std::uint64_t kMaxAddress = (1ULL << 48U) - 1;
inline constexpr std::uint32_t kMaxSites = 1U << 25U;
inline constexpr std::uint32_t kMaxBuckets = 128;

struct Block {
    std::uint64_t address{0};  // not 0, at most kMaxAddress
    std::uint64_t size{0};
    std::uint32_t site{0};    // below kMaxSites
    std::uint32_t bucket{0};  // of time, below kMaxBuckets
    std::uint32_t birth{0};   // allocations of the thread when it was made
};

class LiveTable {
public:
    LiveTable();

    // False, and nothing changed, if its address is live.
    bool insert(const Block& block, std::uint32_t& slot) {
        if (used_ + 1 >= max_used_) { grow(); }
        const std::uint64_t hash = hash_of(block.address);
        const std::uint32_t tag = tag_of(hash);
        std::size_t at = home_of(hash);
        for (; index_[at] != 0; at = next(at)) {
            if (matches(index_[at], tag, block.address)) { return false; }
        }
        slot = acquire(block);
        // acquire() may have needed more bits for the slot number and rebuilt the index.
        if (rebuilt_) {
            link(slot, block.address);
        } else {
            index_[at] = tag | (slot + 1);
        }
        ++used_;
        return true;
    }

    // Removes the block at `address` and frees its slot; kNoSlot if there is none.
    std::uint32_t take(std::uint64_t address, Block& block) {
        const std::uint64_t hash = hash_of(address);
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t at = home_of(hash); index_[at] != 0; at = next(at)) {
            if (!matches(index_[at], tag, address)) { continue; }
            const std::uint32_t slot = (index_[at] & slot_mask_) - 1;
            unlink(at);
            --used_;
            release(slot, block);
            return slot;
        }
        return kNoSlot;
    }

    // Slots of blocks that are found by other means (mappings): not in the index.
    std::uint32_t acquire(const Block& block);
    void release(std::uint32_t slot, Block& block);
    [[nodiscard]] Block block(std::uint32_t slot) const;

    // Calls visit(block) for each live block.
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::uint32_t slot = 0; slot < slots_; ++slot) {
            if (blocks_[slot].address_and_size != 0) { visit(block(slot)); }
        }
    }
    // Two neighbouring time buckets become one.
    void fold_buckets();

    [[nodiscard]] std::size_t indexed() const noexcept { return used_; }
    // Bytes of memory per indexed block, for the record.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct Packed {
        std::uint64_t address_and_size;  // address | size << 48 (kBigSize: see big_sizes_); 0: free
        std::uint32_t site_and_bucket;   // site << 7 | bucket
        std::uint32_t birth;             // of a free slot: the next free one
    };
    static constexpr std::uint64_t kBigSize = 0xffff;

    static std::uint64_t hash_of(std::uint64_t address) noexcept { return (address >> 3U) * 0x9E3779B97F4A7C15ULL; }
    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept { return ((hash >> 32U) * cells_) >> 32U; }
    [[nodiscard]] std::uint32_t tag_of(std::uint64_t hash) const noexcept {
        return static_cast<std::uint32_t>(hash >> 4U) & ~slot_mask_;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept { return at + 1 == cells_ ? 0 : at + 1; }
    [[nodiscard]] bool matches(std::uint32_t cell, std::uint32_t tag, std::uint64_t address) const noexcept {
        return (cell & ~slot_mask_) == tag &&
               (blocks_[(cell & slot_mask_) - 1].address_and_size & kMaxAddress) == address;
    }
    void link(std::uint32_t slot, std::uint64_t address);
    void unlink(std::size_t at);
    void grow();
    void widen_slots(std::uint32_t slots);
    void rebuild(std::size_t cells, std::uint32_t slot_mask);

    MappedArray<std::uint32_t> index_;
    MappedArray<Packed> blocks_;
    std::unordered_map<std::uint32_t, std::uint64_t> big_sizes_;
    std::size_t cells_;
    std::size_t used_{0};
    std::size_t max_used_;
    std::uint32_t slot_mask_;
    std::uint32_t slots_{0};  // ever used
    std::uint32_t free_{kNoSlot};
    bool rebuilt_{false};
};

}  // namespace memray::collector

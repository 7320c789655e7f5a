// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live allocations: address -> block, each in a numbered slot. Slots are given out as capture/events/event.h says:
// the one freed last is used first.
//
//   index_  groups of 16 cells, a cache line each. 15 hold a block: low bits slot + 1, the bits above them a piece of
//           its address's hash, so that a probe rarely looks at a block that is not the one. The last one counts the
//           blocks that belong here but went on to a later group, as this one was full: a search that finds nothing
//           ends where that is 0, and a block is taken out without a look at others.
//   blocks_ 16 bytes per slot
//   free_   4 bytes per slot that was used and is free: a stack, as the slots that come next are to be known ahead
//
// 24 bytes per live allocation at most, not counting blocks of 64 KiB and more, whose sizes are kept aside.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "injector/collector/tables/cell_group.h"
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

    // A caller that knows some time ahead which addresses come can spare itself the wait for memory: first the one,
    // and once that has had its effect, the other. Neither changes anything.
    void prefetch_cells(std::uint64_t address) const noexcept { prefetch(&index_[home_of(hash_of(address))]); }
    void prefetch_block(std::uint64_t address) const noexcept {
        const std::uint64_t hash = hash_of(address);
        const CellGroup& group = index_[home_of(hash)];
        const std::uint32_t found = group.find(tag_of(hash), ~slot_mask_);
        if (found == 0) { return; }
        const std::uint32_t slot = slot_in(group.cells[first_of(found)]);
        if (slot < slots_) { prefetch(&blocks_[slot]); }
    }

    // False, and nothing changed, if its address is live.
    bool insert(const Block& block, std::uint32_t& slot) {
        if (used_ >= max_used_) { grow(); }
        const std::uint64_t hash = hash_of(block.address);
        if (find(block.address, hash).found) { return false; }
        slot = acquire(block);
        link(slot, hash);
        ++used_;
        assert(used_ < groups_ * CellGroup::kCells);  // else the search for an empty cell would not end
        return true;
    }

    // Removes the block at `address` and frees its slot; kNoSlot if there is none.
    std::uint32_t take(std::uint64_t address, Block& block) {
        const std::uint64_t hash = hash_of(address);
        const Place place = find(address, hash);
        if (!place.found) { return kNoSlot; }
        std::uint32_t& cell = index_[place.group].cells[place.cell];
        const std::uint32_t slot = slot_in(cell);
        cell = 0;
        for (std::size_t at = home_of(hash); at != place.group; at = next(at)) { --index_[at].passed_on(); }
        --used_;
        release(slot, block);
        return slot;
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
        std::uint32_t birth;
    };
    static constexpr std::uint64_t kBigSize = 0xffff;

    struct Place {
        bool found;
        std::uint32_t cell;
        std::size_t group;
    };

    static std::uint64_t hash_of(std::uint64_t address) noexcept { return (address >> 3U) * 0x9E3779B97F4A7C15ULL; }
    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept { return ((hash >> 32U) * groups_) >> 32U; }
    [[nodiscard]] std::uint32_t tag_of(std::uint64_t hash) const noexcept {
        return static_cast<std::uint32_t>(hash >> 4U) & ~slot_mask_;
    }
    // kNoSlot if the cell is empty.
    [[nodiscard]] std::uint32_t slot_in(std::uint32_t cell) const noexcept { return (cell & slot_mask_) - 1; }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept { return at + 1 == groups_ ? 0 : at + 1; }
    [[nodiscard]] Place find(std::uint64_t address, std::uint64_t hash) const noexcept {
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t at = home_of(hash);; at = next(at)) {
            const CellGroup& group = index_[at];
            for (std::uint32_t found = group.find(tag, ~slot_mask_); found != 0; found &= found - 1) {
                const std::uint32_t slot = slot_in(group.cells[first_of(found)]);
                // A tag of 0 is that of empty cells, too.
                if (slot != kNoSlot && (blocks_[slot].address_and_size & kMaxAddress) == address) {
                    return {true, first_of(found), at};
                }
            }
            if (group.passed_on() == 0) { return {false, 0, 0}; }
        }
    }
    // Of a block that is not there.
    void link(std::uint32_t slot, std::uint64_t hash) noexcept {
        std::size_t at = home_of(hash);
        std::uint32_t empty = index_[at].empty();
        for (; empty == 0; empty = index_[at].empty()) {
            ++index_[at].passed_on();
            at = next(at);
        }
        index_[at].cells[first_of(empty)] = tag_of(hash) | (slot + 1);
    }
    void grow();
    void widen_slots(std::uint32_t slots);
    void rebuild(std::size_t groups, std::uint32_t slot_mask);

    MappedArray<CellGroup> index_;
    MappedArray<Packed> blocks_;
    MappedArray<std::uint32_t> free_;
    std::unordered_map<std::uint32_t, std::uint64_t> big_sizes_;
    std::size_t groups_;
    std::size_t used_{0};
    std::size_t max_used_;
    std::uint32_t slot_mask_;
    std::uint32_t slots_{0};  // ever used
    std::uint32_t free_count_{0};
};

}  // namespace memray::collector

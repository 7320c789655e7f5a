// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/live_table.h"

#include <cassert>
#include <utility>

#include "injector/base/error.h"

namespace memray::collector {
namespace {

constexpr std::size_t kFirstGroups = 256;
constexpr std::size_t kFirstBlocks = 4096;
constexpr std::uint32_t kFirstSlotMask = (1U << 20U) - 1;
constexpr std::uint32_t kBucketBits = 7;
constexpr std::uint32_t kBucketMask = kMaxBuckets - 1;
constexpr std::uint32_t kMaxSlots = 0xfffffff0;
constexpr std::uint32_t kSlotsAhead = 8;
constexpr std::size_t kAhead = 4;  // groups whose blocks are fetched ahead of a rebuild

// Four fifths of the cells.
constexpr std::size_t limit_of(std::size_t groups) { return groups * 12; }

}  // namespace

LiveTable::LiveTable()
    : index_(kFirstGroups),
      blocks_(kFirstBlocks),
      free_(kFirstBlocks),
      groups_(kFirstGroups),
      max_used_(limit_of(kFirstGroups)),
      slot_mask_(kFirstSlotMask) {}

std::uint32_t LiveTable::acquire(const Block& block) {
    // They share words with each other: a value that is too large would be read as another block.
    assert(block.address != 0 && block.address <= kMaxAddress);
    assert(block.site < kMaxSites && block.bucket < kMaxBuckets);
    std::uint32_t slot = slots_;
    if (free_count_ > 0) {
        slot = free_[--free_count_];
        if (free_count_ >= kSlotsAhead) { prefetch(&blocks_[free_[free_count_ - kSlotsAhead]]); }
    } else {
        if (slot + 1 >= slot_mask_) { widen_slots(slot); }
        if (slot >= blocks_.capacity()) { blocks_.grow(blocks_.capacity() * 3 / 2); }
        ++slots_;
    }
    std::uint64_t size = block.size;
    if (size >= kBigSize) {
        big_sizes_[slot] = size;
        size = kBigSize;
    }
    blocks_[slot] = {block.address | (size << 48U), (block.site << kBucketBits) | block.bucket, block.birth};
    return slot;
}

void LiveTable::release(std::uint32_t slot, Block& block) {
    assert(slot < slots_ && blocks_[slot].address_and_size != 0);
    Packed& packed = blocks_[slot];
    block.address = packed.address_and_size & kMaxAddress;
    block.size = packed.address_and_size >> 48U;
    block.site = packed.site_and_bucket >> kBucketBits;
    block.bucket = packed.site_and_bucket & kBucketMask;
    block.birth = packed.birth;
    if (block.size == kBigSize) {
        const auto big = big_sizes_.find(slot);
        block.size = big->second;
        big_sizes_.erase(big);
    }
    packed = {0, 0, 0};
    if (free_count_ >= free_.capacity()) { free_.grow(free_.capacity() * 3 / 2); }
    free_[free_count_++] = slot;
}

Block LiveTable::block(std::uint32_t slot) const {
    const Packed& packed = blocks_[slot];
    const std::uint64_t size = packed.address_and_size >> 48U;
    return {packed.address_and_size & kMaxAddress, size == kBigSize ? big_sizes_.at(slot) : size,
            packed.site_and_bucket >> kBucketBits, packed.site_and_bucket & kBucketMask, packed.birth};
}

void LiveTable::fold_buckets() {
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        Packed& packed = blocks_[slot];
        const std::uint32_t bucket = packed.site_and_bucket & kBucketMask;
        packed.site_and_bucket = (packed.site_and_bucket & ~kBucketMask) | (bucket >> 1U);
    }
}

std::size_t LiveTable::memory() const noexcept {
    return groups_ * sizeof(CellGroup) + std::size_t{slots_} * sizeof(Packed);
}

void LiveTable::grow() { rebuild(groups_ / 16 * 23, slot_mask_); }

// More slots than the cells can name: one bit more for them, one less for the hash.
void LiveTable::widen_slots(std::uint32_t slots) {
    if (slots >= kMaxSlots) { throw base::Error("too many live allocations: " + std::to_string(slots)); }
    rebuild(groups_, (slot_mask_ << 1U) | 1U);
}

void LiveTable::rebuild(std::size_t groups, std::uint32_t slot_mask) {
    MappedArray<CellGroup> old(groups);
    std::swap(old, index_);
    const std::size_t old_groups = std::exchange(groups_, groups);
    const std::uint32_t old_mask = std::exchange(slot_mask_, slot_mask);
    max_used_ = limit_of(groups);
    const auto slot_of = [&](std::size_t at, std::size_t i) { return (old[at].cells[i] & old_mask) - 1; };
    for (std::size_t at = 0; at < old_groups; ++at) {
        for (std::size_t i = 0; i < CellGroup::kCells && at + kAhead < old_groups; ++i) {
            if (old[at + kAhead].cells[i] != 0) { prefetch(&blocks_[slot_of(at + kAhead, i)]); }
        }
        for (std::size_t i = 0; i < CellGroup::kCells; ++i) {
            if (old[at].cells[i] == 0) { continue; }
            const std::uint32_t slot = slot_of(at, i);
            link(slot, hash_of(blocks_[slot].address_and_size & kMaxAddress));
        }
    }
}

}  // namespace memray::collector

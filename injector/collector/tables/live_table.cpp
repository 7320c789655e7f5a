// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/live_table.h"

#include <utility>

#include "injector/base/error.h"

namespace memray::collector {
namespace {

constexpr std::size_t kFirstCells = 4096;
constexpr std::size_t kFirstBlocks = 4096;
constexpr std::uint32_t kFirstSlotMask = (1U << 20U) - 1;
constexpr std::uint32_t kBucketBits = 7;
constexpr std::uint32_t kBucketMask = kMaxBuckets - 1;
constexpr std::uint32_t kMaxSlots = 0xfffffff0;

constexpr std::size_t limit_of(std::size_t cells) { return cells / 4 * 3; }

}  // namespace

LiveTable::LiveTable()
    : index_(kFirstCells),
      blocks_(kFirstBlocks),
      cells_(kFirstCells),
      max_used_(limit_of(kFirstCells)),
      slot_mask_(kFirstSlotMask) {}

std::uint32_t LiveTable::acquire(const Block& block) {
    rebuilt_ = false;
    std::uint32_t slot = free_;
    if (slot != kNoSlot) {
        free_ = blocks_[slot].birth;
    } else {
        slot = slots_;
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
    packed = {0, 0, free_};
    free_ = slot;
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
    return cells_ * sizeof(std::uint32_t) + std::size_t{slots_} * sizeof(Packed);
}

void LiveTable::link(std::uint32_t slot, std::uint64_t address) {
    const std::uint64_t hash = hash_of(address);
    std::size_t at = home_of(hash);
    while (index_[at] != 0) { at = next(at); }
    index_[at] = tag_of(hash) | (slot + 1);
}

// Linear probing without tombstones: what follows moves up unless that would put it before its home.
void LiveTable::unlink(std::size_t at) {
    for (std::size_t i = next(at); index_[i] != 0; i = next(i)) {
        const std::uint64_t address = blocks_[(index_[i] & slot_mask_) - 1].address_and_size & kMaxAddress;
        const std::size_t home = home_of(hash_of(address));
        const bool stays = at <= i ? (home > at && home <= i) : (home > at || home <= i);
        if (stays) { continue; }
        index_[at] = index_[i];
        at = i;
    }
    index_[at] = 0;
}

void LiveTable::grow() { rebuild(cells_ / 16 * 23, slot_mask_); }

// More slots than the cells can name: one bit more for them, one less for the hash.
void LiveTable::widen_slots(std::uint32_t slots) {
    if (slots >= kMaxSlots) { throw base::Error("too many live allocations: " + std::to_string(slots)); }
    rebuild(cells_, (slot_mask_ << 1U) | 1U);
}

void LiveTable::rebuild(std::size_t cells, std::uint32_t slot_mask) {
    MappedArray<std::uint32_t> old(cells);
    std::swap(old, index_);
    const std::size_t old_cells = std::exchange(cells_, cells);
    const std::uint32_t old_mask = std::exchange(slot_mask_, slot_mask);
    max_used_ = limit_of(cells);
    for (std::size_t at = 0; at < old_cells; ++at) {
        if (old[at] == 0) { continue; }
        const std::uint32_t slot = (old[at] & old_mask) - 1;
        link(slot, blocks_[slot].address_and_size & kMaxAddress);
    }
    rebuilt_ = true;
}

}  // namespace memray::collector

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/pymalloc.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "injector/heap/python/arena_objects.h"

namespace memray::heap {
namespace {

// struct pool_header, the same in 3.8 to 3.15.
struct PoolHeader {
    std::uint32_t count;  // of blocks in use
    std::uint32_t padding;
    std::uint64_t free_block;
    std::uint64_t next;
    std::uint64_t previous;
    std::uint32_t arena_index;
    std::uint32_t size_index;
    std::uint32_t next_offset;  // of the first block that was never used
    std::uint32_t last_offset;
};
static_assert(sizeof(PoolHeader) == 48);

constexpr std::uint64_t kAlignment = 16;
constexpr std::uint32_t kSizeClasses = 32;
constexpr std::size_t kMostBlocks = 16384 / kAlignment;

RemoteAddr aligned_up(RemoteAddr address, std::uint64_t alignment) {
    return (address + (alignment - 1)).aligned_down(alignment);
}

// One pool, copied to here.
class Pool {
public:
    Pool(const std::byte* bytes, RemoteAddr begin, std::uint32_t size) : bytes_(bytes), begin_(begin), size_(size) {
        std::memcpy(&header_, bytes, sizeof header_);
    }

    [[nodiscard]] bool is_empty() const noexcept { return header_.count == 0; }
    [[nodiscard]] bool has_size_class() const noexcept { return header_.size_index < kSizeClasses; }
    [[nodiscard]] bool is_of(std::uint32_t arena) const noexcept { return header_.arena_index == arena; }
    [[nodiscard]] std::uint64_t block_size() const noexcept { return kAlignment * (header_.size_index + 1U); }
    [[nodiscard]] std::size_t blocks() const noexcept { return (size_ - sizeof(PoolHeader)) / block_size(); }
    [[nodiscard]] std::size_t touched() const noexcept {
        if (header_.next_offset > header_.last_offset) { return blocks(); }
        if (header_.next_offset < sizeof(PoolHeader)) { return 0; }
        return std::min(blocks(), static_cast<std::size_t>((header_.next_offset - sizeof(PoolHeader)) / block_size()));
    }
    [[nodiscard]] std::size_t count() const noexcept { return header_.count; }
    [[nodiscard]] RemoteAddr block(std::size_t index) const {
        return begin_ + sizeof(PoolHeader) + index * block_size();
    }

    // Takes the blocks of the free list out of `used`. False if it leads astray.
    bool remove_free(std::array<bool, kMostBlocks>& used) const {
        std::uint64_t next = header_.free_block;
        for (std::size_t steps = 0; next != 0; ++steps) {
            const std::uint64_t offset = next - begin_.value();
            if (steps > blocks() || offset < sizeof(PoolHeader) || offset > size_ - kAlignment) { return false; }
            const std::uint64_t index = (offset - sizeof(PoolHeader)) / block_size();
            if ((offset - sizeof(PoolHeader)) % block_size() != 0 || index >= blocks()) { return false; }
            used[index] = false;
            std::memcpy(&next, bytes_ + offset, sizeof next);
        }
        return true;
    }

private:
    PoolHeader header_{};
    const std::byte* bytes_;
    RemoteAddr begin_;
    std::uint32_t size_;
};

// Visits arenas.
class Visit {
public:
    Visit(const BlockSink& used, const Pymalloc::UnusedSink& unused) : used_(used), unused_(unused) {}

    void unused(RemoteAddr address, std::uint64_t size, Unused kind) {
        if (size == 0) { return; }
        unused_(address, size, kind);
    }
    void broken(RemoteAddr address, std::uint32_t size) {
        ++broken_;
        unused(address, size, Unused::kEmptyPool);
    }
    void pool(const Pool& pool, RemoteAddr begin, std::uint32_t size) {
        unused(begin, sizeof(PoolHeader), Unused::kPoolHeader);
        const std::size_t touched = pool.touched();
        std::fill_n(used_blocks_.begin(), touched, true);
        std::fill(used_blocks_.begin() + static_cast<std::ptrdiff_t>(touched), used_blocks_.end(), false);
        const bool sound = pool.remove_free(used_blocks_);
        std::size_t count = 0;
        for (std::size_t index = 0; index < pool.blocks(); ++index) {
            if (used_blocks_[index]) {
                ++count;
                used_({pool.block(index), pool.block_size(), BlockOrigin::kPymalloc});
            } else {
                unused(pool.block(index), pool.block_size(),
                       index < touched ? Unused::kFreeBlock : Unused::kUntouchedBlock);
            }
        }
        if (!sound || count != pool.count()) { ++broken_; }
        const RemoteAddr end = pool.block(pool.blocks());
        unused(end, begin + size - end, Unused::kPoolTail);
    }
    [[nodiscard]] std::uint64_t broken_pools() const noexcept { return broken_; }

private:
    const BlockSink& used_;
    const Pymalloc::UnusedSink& unused_;
    std::uint64_t broken_{0};
    std::array<bool, kMostBlocks> used_blocks_{};
};

}  // namespace

Pymalloc::Pymalloc(const Memory& memory, const Runtime& runtime) : memory_(memory), layout_(*runtime.layout) {
    for (const ArenaArray& array : find_arena_arrays(memory, runtime)) { add_arenas(array.objects, array.count); }
    std::sort(arenas_.begin(), arenas_.end(),
              [](const Arena& one, const Arena& other) { return one.begin < other.begin; });
    // Two that overlap cannot both be arenas.
    const auto overlap = [this](const Arena& one, const Arena& other) {
        return other.begin - one.begin < layout_.arena_size;
    };
    arenas_.erase(std::unique(arenas_.begin(), arenas_.end(), overlap), arenas_.end());
}

void Pymalloc::add_arenas(RemoteAddr objects, std::uint64_t count) {
    for (std::uint64_t index = 0; index < count; ++index) {
        const auto object = memory_.get<ArenaObject>(objects + index * sizeof(ArenaObject));
        if (!object || object->address == 0) { continue; }
        Arena arena;
        arena.begin = RemoteAddr(object->address);
        arena.first_pool = aligned_up(arena.begin, layout_.pool_size);
        arena.pools_end = arena.first_pool + std::uint64_t{object->total_pools} * layout_.pool_size;
        arena.untouched = std::clamp(RemoteAddr(object->untouched_pool), arena.first_pool, arena.pools_end);
        arena.index = static_cast<std::uint32_t>(index);
        if (arena.pools_end <= arena.begin + layout_.arena_size) { arenas_.push_back(arena); }
    }
}

const Pymalloc::Arena* Pymalloc::arena_at(RemoteAddr address) const {
    const Arena* found = last_from(std::span(arenas_), address);
    return found != nullptr && address - found->begin < layout_.arena_size ? found : nullptr;
}

std::uint64_t Pymalloc::visit(const BlockSink& used, const UnusedSink& unused) const {
    Visit visit(used, unused);
    const std::uint32_t size = layout_.pool_size;
    for (const Arena& arena : arenas_) {
        visit.unused(arena.begin, arena.first_pool - arena.begin, Unused::kAlignment);
        for (RemoteAddr begin = arena.first_pool; begin < arena.untouched; begin += size) {
            const std::byte* bytes = memory_.view(begin, size);
            if (bytes == nullptr) {
                visit.broken(begin, size);
                continue;
            }
            const Pool pool(bytes, begin, size);
            if (pool.is_empty()) {
                visit.unused(begin, size, Unused::kEmptyPool);
            } else if (!pool.has_size_class() || !pool.is_of(arena.index)) {
                visit.broken(begin, size);
            } else {
                visit.pool(pool, begin, size);
            }
        }
        visit.unused(arena.untouched, arena.pools_end - arena.untouched, Unused::kUntouchedPool);
        visit.unused(arena.pools_end, arena.begin + layout_.arena_size - arena.pools_end, Unused::kAlignment);
    }
    return visit.broken_pools();
}

}  // namespace memray::heap

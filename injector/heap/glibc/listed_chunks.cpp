// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/listed_chunks.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace memray::heap {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kPageShift = 12;
constexpr std::size_t kFastbinCount = 10;
constexpr std::size_t kSmallLists = 64;           // of one size each; those behind them, of powers of two
constexpr std::uint64_t kFirstLargeSize = 0x400;  // and above

template <typename T>
T field(const std::byte* bytes, std::uint64_t offset) {
    T value;
    std::memcpy(&value, bytes + offset, sizeof value);
    return value;
}

}  // namespace

struct ListedChunks::CacheLayout {
    std::uint64_t chunk_size;  // or one step more, where what would have been left is too small for a chunk
    std::size_t lists;         // as many numbers of 16 bits, then as many pointers
    bool counts_what_is_left;  // the numbers: how many more the list takes. Else how many it has
};

std::span<const ListedChunks::CacheLayout> ListedChunks::cache_layouts() {
    static constexpr CacheLayout kLayouts[] = {{0x290, 64, false},  // 2.30 to 2.41
                                               {0x300, 76, true}};  // from 2.42 on
    return kLayouts;
}

ListedChunks::Sizes ListedChunks::sizes_of_list(std::size_t list) {
    if (list < kSmallLists) {
        const std::uint64_t size = kSmallestChunk + list * kChunkAlignment;
        return {size, size};
    }
    const std::uint64_t smallest = kFirstLargeSize << (list - kSmallLists);
    return {smallest, 2 * smallest - 1};
}

std::optional<std::size_t> ListedChunks::read_list(std::uint64_t pointer, std::uint64_t to_header, bool is_protected,
                                                   Sizes sizes, Addresses& chunks) {
    const std::size_t before = chunks.size();
    while (pointer != 0) {
        const RemoteAddr chunk(pointer - to_header);
        const std::byte* bytes = memory_.view(chunk, kSmallestChunk);
        if (bytes == nullptr || steps_left_ == 0 || chunk.value() % kChunkAlignment != 0) { return std::nullopt; }
        const std::uint64_t size = chunk_head(bytes) & ~kChunkFlags;
        if (size < sizes.smallest || size > sizes.largest) { return std::nullopt; }
        --steps_left_;
        chunks.push_back(chunk);
        const std::uint64_t place = (chunk + kChunkHeader).value();
        pointer = field<std::uint64_t>(bytes, kChunkHeader) ^ (is_protected ? place >> kPageShift : 0);
    }
    return chunks.size() - before;
}

void ListedChunks::append(const Addresses& chunks, ChunkState state) {
    for (const RemoteAddr chunk : chunks) { listed_.push_back({chunk, state}); }
}

void ListedChunks::add_fast(const MallocArena& arena, const MallocStateLayout& layout) {
    if (!layout.has_fastbins) { return; }
    for (std::size_t bin = 0; bin < kFastbinCount; ++bin) {
        const std::uint64_t first = memory_.word(arena.state + kFastbins + bin * kWord);
        for (const bool is_protected : {true, false}) {
            Addresses chunks;
            if (!read_list(first, 0, is_protected, sizes_of_list(bin), chunks)) { continue; }
            append(chunks, ChunkState::kFast);
            break;
        }
    }
}

bool ListedChunks::may_be_cache(std::uint64_t chunk_size) {
    return std::ranges::any_of(cache_layouts(), [chunk_size](const CacheLayout& layout) {
        return chunk_size == layout.chunk_size || chunk_size == layout.chunk_size + kChunkAlignment;
    });
}

// All lists of a cache have room for as many.
std::optional<ListedChunks::Addresses> ListedChunks::read_cache(RemoteAddr books, const CacheLayout& layout,
                                                                bool is_protected) {
    const std::uint64_t pointers = layout.lists * sizeof(std::uint16_t);
    const std::byte* bytes = memory_.view(books, pointers + layout.lists * kWord);
    if (bytes == nullptr) { return std::nullopt; }
    Addresses chunks;
    std::optional<std::size_t> room;
    for (std::size_t list = 0; list < layout.lists; ++list) {
        const auto number = field<std::uint16_t>(bytes, list * sizeof(std::uint16_t));
        const auto first = field<std::uint64_t>(bytes, pointers + list * kWord);
        if (!layout.counts_what_is_left && (first == 0) != (number == 0)) { return std::nullopt; }
        const auto length = read_list(first, kChunkHeader, is_protected, sizes_of_list(list), chunks);
        if (!length) { return std::nullopt; }
        if (layout.counts_what_is_left) {
            if (room.value_or(*length + number) != *length + number) { return std::nullopt; }
            room = *length + number;
        } else if (*length != number) {
            return std::nullopt;
        }
    }
    return chunks;
}

void ListedChunks::add_cached(RemoteAddr address, std::uint64_t chunk_size) {
    for (const CacheLayout& layout : cache_layouts()) {
        if (chunk_size != layout.chunk_size && chunk_size != layout.chunk_size + kChunkAlignment) { continue; }
        for (const bool is_protected : {true, false}) {
            if (const auto chunks = read_cache(address + kChunkHeader, layout, is_protected)) {
                return append(*chunks, ChunkState::kCached);
            }
        }
    }
}

std::vector<ListedChunk> ListedChunks::take() {
    const auto by_address = [](const ListedChunk& a, const ListedChunk& b) { return a.address < b.address; };
    std::sort(listed_.begin(), listed_.end(), by_address);
    const auto same = [](const ListedChunk& a, const ListedChunk& b) { return a.address == b.address; };
    listed_.erase(std::unique(listed_.begin(), listed_.end(), same), listed_.end());
    return std::exchange(listed_, {});
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/mapped_chunks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "injector/heap/glibc/chunks.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::uint32_t kDefaultMost = 65536;  // of n_mmaps_max, which hardly anybody sets

// Where numbers of 32 bits lie before `sbrk_base`, in bytes; mmapped_mem and max_mmapped_mem are the two words before.
struct FiguresLayout {
    std::uint64_t count;
    std::uint64_t most;
    std::uint64_t count_peak;
};
constexpr std::array<FiguresLayout, 2> kFiguresLayouts{{{32, 28, 24},    // until 2.34
                                                        {36, 32, 28}}};  // hp_flags before it
constexpr std::uint64_t kFiguresSize = 40;

std::optional<MappedFigures> figures_before(const std::byte* base) {
    const auto number = [base](std::uint64_t before) {
        std::uint32_t value = 0;
        std::memcpy(&value, base - before, sizeof value);
        return value;
    };
    const auto word = [base](std::uint64_t before) {
        std::uint64_t value = 0;
        std::memcpy(&value, base - before, sizeof value);
        return value;
    };
    for (const FiguresLayout& layout : kFiguresLayouts) {
        const MappedFigures figures{number(layout.count), word(2 * kWord)};
        const bool agree = figures.count <= number(layout.count_peak) && figures.bytes <= word(kWord) &&
                           figures.count <= figures.bytes / kPageBytes && figures.bytes % kChunkHeader == 0;
        if (number(layout.most) == kDefaultMost && agree) { return figures; }
    }
    return std::nullopt;
}

std::uint64_t padding_of(const std::byte* header) {
    std::uint64_t padding = 0;
    std::memcpy(&padding, header, sizeof padding);
    return padding;
}

// Tells headers in one range.
class Headers {
public:
    Headers(const Memory& memory, const Range& range) : memory_(memory), range_(range) {}

    // The chunk whose mapping begins at `page`.
    [[nodiscard]] std::optional<MappedChunk> at(RemoteAddr page) const {
        const std::byte* bytes = memory_.view(page, kChunkHeader);
        if (bytes == nullptr) { return std::nullopt; }
        const std::uint64_t head = chunk_head(bytes);
        if (padding_of(bytes) != 0 || (head & kChunkFlags) != kIsMapped) { return std::nullopt; }
        // From 2.43 on 16 bytes less than the mapping, so that usable sizes are as in other chunks.
        const std::uint64_t size = head & ~kChunkFlags;
        const std::uint64_t behind = size % kPageBytes == kPageBytes - kChunkHeader ? kChunkHeader : 0;
        const std::uint64_t whole = size + behind;
        if (whole == 0 || whole % kPageBytes != 0 || whole > range_.end - page) { return std::nullopt; }
        return aligned({page, whole, page + kChunkHeader, whole - kChunkHeader}, behind);
    }

private:
    // What was asked for with an alignment begins further behind, at the first or the second such place; its header
    // says how far (_int_memalign()).
    [[nodiscard]] MappedChunk aligned(const MappedChunk& chunk, std::uint64_t behind) const {
        for (std::uint64_t alignment = 2 * kChunkHeader; alignment < chunk.size; alignment *= 2) {
            const RemoteAddr first = (chunk.user + (alignment - 1)).aligned_down(alignment);
            for (const RemoteAddr user : {first, first + alignment}) {
                if (is_begun_at(chunk, user, behind)) {
                    return {chunk.begin, chunk.size, user, chunk.begin + chunk.size - user};
                }
            }
        }
        return chunk;
    }
    [[nodiscard]] bool is_begun_at(const MappedChunk& chunk, RemoteAddr user, std::uint64_t behind) const {
        const std::uint64_t front = user - kChunkHeader - chunk.begin;
        const std::byte* bytes = memory_.view(user - kChunkHeader, kChunkHeader);
        if (front == 0 || front >= chunk.size - behind || bytes == nullptr) { return false; }
        return padding_of(bytes) == front && chunk_head(bytes) == ((chunk.size - front - behind) | kIsMapped);
    }

    const Memory& memory_;
    const Range& range_;
};

std::vector<MallocSegment> sorted_segments(const std::vector<MallocArena>& arenas) {
    std::vector<MallocSegment> all;
    for (const MallocArena& arena : arenas) { all.insert(all.end(), arena.segments.begin(), arena.segments.end()); }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    return all;
}

bool may_hold_chunks(const Range& range) {
    return range.is_anonymous() && range.readable && range.writable &&
           (range.path.empty() || range.path.starts_with("[anon:"));
}

// Goes through the pages of one range that may begin a chunk.
class Search {
public:
    Search(const Memory& memory, const std::vector<MallocSegment>& arenas, const ResidentPages* pages)
        : memory_(memory), arenas_(arenas), pages_(pages) {}

    // Calls found(chunk), which returns whether to go on.
    template <typename Found>
    bool in(const Range& range, Found&& found) const {
        const Headers headers(memory_, range);
        for (RemoteAddr page = next(range.begin, range.end); page < range.end;) {
            const std::optional<MappedChunk> chunk = headers.at(page);
            if (chunk && !found(*chunk)) { return false; }
            page = next(page + (chunk ? chunk->size : kPageBytes), range.end);
        }
        return true;
    }

private:
    // The first page from `page` on that was ever written, and is of no arena.
    [[nodiscard]] RemoteAddr next(RemoteAddr page, RemoteAddr end) const {
        while (page < end) {
            if (const MallocSegment* arena = arena_at(page)) {
                page = (arena->end + (kPageBytes - 1)).aligned_down(kPageBytes);
            } else if (pages_ == nullptr || pages_->next_touched(page) == page) {
                return page;
            } else {
                page = pages_->next_touched(page);
            }
        }
        return end;
    }
    [[nodiscard]] const MallocSegment* arena_at(RemoteAddr page) const {
        const auto behind = std::upper_bound(arenas_.begin(), arenas_.end(), page,
                                             [](RemoteAddr at, const MallocSegment& s) { return at < s.begin; });
        if (behind == arenas_.begin()) { return nullptr; }
        const MallocSegment& segment = *std::prev(behind);
        return page < segment.end ? &segment : nullptr;
    }

    const Memory& memory_;
    const std::vector<MallocSegment>& arenas_;
    const ResidentPages* pages_;
};

}  // namespace

std::optional<MappedFigures> read_mapped_figures(const Memory& memory, const MallocArena& main) {
    const Range* data = memory.range_at(main.state);
    if (data == nullptr || main.segments.empty()) { return std::nullopt; }
    const std::byte* bytes = memory.view(data->begin, data->size());
    if (bytes == nullptr) { return std::nullopt; }
    const RemoteAddr base = main.segments.front().begin;
    for (std::uint64_t offset = kFiguresSize; offset + kWord <= data->size(); offset += kWord) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + offset, sizeof word);
        if (word != base.value()) { continue; }
        if (const auto figures = figures_before(bytes + offset)) { return figures; }
    }
    return std::nullopt;
}

std::vector<MappedChunk> find_mapped_chunks(const Memory& memory, const std::vector<MallocArena>& arenas,
                                            const std::optional<MappedFigures>& expected, const ResidentPages* pages) {
    std::vector<MappedChunk> chunks;
    std::uint64_t bytes = 0;
    const auto are_all = [&] { return expected && chunks.size() == expected->count && bytes == expected->bytes; };
    const auto found = [&](const MappedChunk& chunk) {
        chunks.push_back(chunk);
        bytes += chunk.size;
        return !are_all();
    };
    const std::vector<MallocSegment> segments = sorted_segments(arenas);
    const Search search(memory, segments, pages);
    for (const Range& range : memory.ranges()) {
        if (are_all() || (may_hold_chunks(range) && !search.in(range, found))) { break; }
    }
    return chunks;
}

}  // namespace memray::heap

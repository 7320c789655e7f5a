// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What glibc's malloc (2.31 to 2.43) has handed out and what it keeps: every chunk of every arena, and those with a
// mapping of their own, as they lie in memory. Nothing is called in the process, and no symbol is needed.
//
// The memory may say anything: what makes no sense is counted as such, and all loops end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "injector/heap/glibc/arena.h"
#include "injector/heap/glibc/chunks.h"
#include "injector/heap/glibc/listed_chunks.h"
#include "injector/heap/glibc/mapped_chunks.h"
#include "injector/heap/memory/block.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

struct ChunkAmount {
    std::uint64_t count{0};
    std::uint64_t bytes{0};
};

struct ArenaTotals {
    std::array<ChunkAmount, kChunkStates> of{};  // by ChunkState

    [[nodiscard]] const ChunkAmount& operator[](ChunkState state) const {
        return of.at(static_cast<std::size_t>(state));
    }
};

// As mallinfo2(3) reports.
struct MallocInfo {
    std::uint64_t arena{0};     // bytes that arenas have of the system
    std::uint64_t ordblks{0};   // free chunks, tops included
    std::uint64_t smblks{0};    // chunks in fastbins
    std::uint64_t hblks{0};     // chunks with a mapping of their own
    std::uint64_t hblkhd{0};    // bytes of these mappings
    std::uint64_t fsmblks{0};   // bytes in fastbins
    std::uint64_t uordblks{0};  // bytes that are not free; those in caches of threads count as such
    std::uint64_t fordblks{0};  // bytes that are free
    std::uint64_t keepcost{0};  // the main arena's top
};

class GlibcHeap {
public:
    [[nodiscard]] const std::vector<MallocArena>& arenas() const noexcept { return arenas_; }
    // Of the arena of that number.
    [[nodiscard]] const ArenaTotals& totals_of(std::size_t arena) const { return totals_.at(arena); }
    // Of all arenas.
    [[nodiscard]] ArenaTotals totals() const;
    // Sorted by address.
    [[nodiscard]] const std::vector<MappedChunk>& mapped() const noexcept { return mapped_; }
    // Whether malloc itself counts as many, of as many bytes.
    [[nodiscard]] bool knows_all_mapped() const noexcept;
    [[nodiscard]] MallocInfo info() const;

    // Every byte of every segment of that arena once, in the order of addresses within each segment.
    void for_each_chunk(std::size_t arena, const ChunkSink& sink) const;
    // What is in use, of all arenas and mappings.
    void for_each_block(const BlockSink& sink) const;

private:
    friend std::optional<GlibcHeap> find_glibc_heap(const Memory& memory, const ResidentPages* pages);
    explicit GlibcHeap(const Memory& memory) : memory_(&memory) {}

    void walk(const MallocSegment& segment, const ChunkSink& sink) const;
    void read_lists(const MallocStateLayout& layout);
    void count();

    const Memory* memory_;
    std::vector<MallocArena> arenas_;  // the main one first
    std::vector<ArenaTotals> totals_;  // of each
    std::vector<ListedChunk> listed_;
    std::vector<MappedChunk> mapped_;
    std::optional<MappedFigures> figures_;
};

// Nothing if there is no glibc, or it has handed out nothing yet. `memory` must live longer than the result. `pages`,
// if they are known, save looking for mapped chunks where nothing was ever written.
[[nodiscard]] std::optional<GlibcHeap> find_glibc_heap(const Memory& memory, const ResidentPages* pages = nullptr);

}  // namespace memray::heap

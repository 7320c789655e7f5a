// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Free chunks that look as if they were in use: those in fastbins (before 2.43) and in the caches of threads (struct
// tcache_perthread_struct of malloc/malloc.c). Both are lists by size. From 2.32 on each pointer to a next one is mixed
// with where it is stored: PROTECT_PTR().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "injector/heap/glibc/arena.h"
#include "injector/heap/glibc/chunks.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

struct ListedChunk {
    RemoteAddr address;  // of its header
    ChunkState state{ChunkState::kFast};
};

class ListedChunks {
public:
    explicit ListedChunks(const Memory& memory) : memory_(memory) {}

    // What the arena's fastbins hold, as far as it makes sense.
    void add_fast(const MallocArena& arena, const MallocStateLayout& layout);

    // Whether the books of a thread's cache may lie in a chunk of that size.
    [[nodiscard]] static bool may_be_cache(std::uint64_t chunk_size);

    // What that cache holds, if the chunk at `address` has one: nothing in memory says so, but each of its lists is as
    // long as it counts, and of chunks of its size. One that is being changed at the moment is none.
    void add_cached(RemoteAddr address, std::uint64_t chunk_size);

    // Sorted by address, each once.
    [[nodiscard]] std::vector<ListedChunk> take();

private:
    struct CacheLayout;
    struct Sizes {
        std::uint64_t smallest;
        std::uint64_t largest;
    };
    using Addresses = std::vector<RemoteAddr>;

    [[nodiscard]] static std::span<const CacheLayout> cache_layouts();
    [[nodiscard]] static Sizes sizes_of_list(std::size_t list);
    [[nodiscard]] std::optional<Addresses> read_cache(RemoteAddr books, const CacheLayout& layout, bool is_protected);
    // Appends a list to `chunks`: how long it is. Nothing if one of them is no chunk of these sizes.
    // `to_header`: from where pointers lead to the header of the chunk.
    [[nodiscard]] std::optional<std::size_t> read_list(std::uint64_t pointer, std::uint64_t to_header,
                                                       bool is_protected, Sizes sizes, Addresses& chunks);
    void append(const Addresses& chunks, ChunkState state);

    const Memory& memory_;
    std::vector<ListedChunk> listed_;
    std::size_t steps_left_{std::size_t{1} << 24U};  // of lists, in all: a heap may be full of false ones
};

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Chunks that have a mapping of their own. No list has them: they are found where memory without a file has at the
// start of a page what their header is. What malloc counts of them (struct malloc_par of malloc/malloc.c, `mp_`, which
// no symbol names) says whether these are all.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "injector/heap/glibc/arena.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

struct MappedChunk {
    RemoteAddr begin;         // of the mapping
    std::uint64_t size{0};    // of the mapping
    RemoteAddr user;          // what the caller was given
    std::uint64_t usable{0};  // bytes of that
};

struct MappedFigures {
    std::uint64_t count{0};
    std::uint64_t bytes{0};  // glibc 2.43 adds 16 too many each time that one changes its size
};

// Nothing if it is not to be told which words they are.
[[nodiscard]] std::optional<MappedFigures> read_mapped_figures(const Memory& memory, const MallocArena& main);

// Outside of `arenas`. `pages`, if any, say where to look: a chunk's header has been written. `expected`: when to stop.
[[nodiscard]] std::vector<MappedChunk> find_mapped_chunks(const Memory& memory, const std::vector<MallocArena>& arenas,
                                                          const std::optional<MappedFigures>& expected,
                                                          const ResidentPages* pages);

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One arena of malloc, and the pieces of memory that its chunks lie in: that of the main arena is the program's break,
// those of others are heaps (struct heap_info of malloc/arena.c), each within 64 MiB that are aligned to that.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/heap/glibc/main_arena.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

struct MallocSegment {
    RemoteAddr begin;  // the books in front of the first chunk, if there are any
    RemoteAddr first;  // the first chunk
    RemoteAddr end;
    RemoteAddr top;  // null if the arena's top chunk lies elsewhere
};

struct MallocArena {
    RemoteAddr state;  // malloc_state
    bool main{false};
    std::uint64_t system{0};              // bytes that it has of the system, as it says itself
    std::vector<MallocSegment> segments;  // oldest first; empty if it has no memory, or that makes no sense
};

// `state` is one of `states`.
[[nodiscard]] MallocArena read_arena(const Memory& memory, const MallocStates& states, RemoteAddr state);

}  // namespace memray::heap

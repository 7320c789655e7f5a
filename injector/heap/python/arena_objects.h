// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The array of `struct arena_object` that pymalloc keeps its arenas in (Objects/obmalloc.c; 48 bytes each, in all of
// 3.8 to 3.15).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/runtime.h"

namespace memray::heap {

struct ArenaObject {
    std::uint64_t address;  // of the arena; 0: there is none
    std::uint64_t untouched_pool;
    std::uint32_t free_pools;
    std::uint32_t total_pools;
    std::uint64_t free_list;
    std::uint64_t next;
    std::uint64_t previous;
};
static_assert(sizeof(ArenaObject) == 48);

struct ArenaArray {
    RemoteAddr objects;
    std::uint64_t count{0};  // entries, used or not
};

// Of each interpreter that has one of its own. 3.8 to 3.11 keep it in a static variable that no symbol names: there,
// and where the place that the version tells holds nothing of the kind, it is found as the only array of such objects
// that a variable of CPython points to.
[[nodiscard]] std::vector<ArenaArray> find_arena_arrays(const Memory& memory, const Runtime& runtime);

}  // namespace memray::heap

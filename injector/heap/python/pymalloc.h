// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// CPython's allocator of small blocks as it lies in memory (Objects/obmalloc.c): arenas, the pools in them, and which
// blocks of a pool are in use. Exact: what sys._debugmallocstats() says of the same moment.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "injector/heap/memory/block.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/python/runtime.h"

namespace memray::heap {

// Bytes of an arena in which nothing is.
enum class Unused : std::uint8_t {
    kFreeBlock,       // was in use once
    kUntouchedBlock,  // never was, in a pool that has others
    kPoolHeader,
    kPoolTail,  // behind the last block of a pool
    kEmptyPool,
    kUntouchedPool,
    kAlignment,  // before the first pool, or behind the last
};

class Pymalloc {
public:
    struct Arena {
        RemoteAddr begin;
        RemoteAddr first_pool;
        RemoteAddr untouched;  // first pool that was never used
        RemoteAddr pools_end;
        std::uint32_t index{0};
    };
    using UnusedSink = std::function<void(RemoteAddr address, std::uint64_t size, Unused kind)>;

    // Of all interpreters. Without an arena (PYTHONMALLOC=malloc) it is empty.
    Pymalloc(const Memory& memory, const Runtime& runtime);

    // Sorted by address.
    [[nodiscard]] const std::vector<Arena>& arenas() const noexcept { return arenas_; }
    // Null if that address is in no arena.
    [[nodiscard]] const Arena* arena_at(RemoteAddr address) const;

    // Every byte of every arena once, arena after arena, the used blocks of each in the order of their addresses.
    // Blocks of broken pools are passed as used as far as they can be told.
    // Returns how many pools are broken: their numbers do not agree, as in the middle of a change, or they are no
    // pools.
    std::uint64_t visit(const BlockSink& used, const UnusedSink& unused) const;

private:
    void add_arenas(RemoteAddr objects, std::uint64_t count);

    const Memory& memory_;
    const HeapLayout& layout_;
    std::vector<Arena> arenas_;
};

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// glibc's malloc as it would lie in memory, chunk by chunk.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/heap/glibc/chunks.h"
#include "injector/heap/glibc/main_arena.h"
#include "tests/unit/heap/support/fake_memory.h"

namespace memray::heap::tests {

inline constexpr MallocStateLayout kOld{0x70, true};
inline constexpr MallocStateLayout kNew{0x18, false};

inline constexpr std::uint64_t kData = 0x7f00'0000'0000;
inline constexpr std::uint64_t kBreak = 0x5555'0000'0000;
inline constexpr std::uint64_t kArea = 0x7e00'0000'0000;  // aligned as heaps are
inline constexpr std::uint64_t kHeapDistance = std::uint64_t{64} << 20U;
inline constexpr std::uint64_t kBreakSize = 0x40000;
inline constexpr std::uint64_t kHeapSize = 0x21000;
inline constexpr std::uint64_t kMappings = 0x7d00'0000'0000;
inline constexpr std::uint64_t kMappingsSize = 0x100000;

struct FakeMalloc {
    explicit FakeMalloc(MallocStateLayout wanted)
        : layout(wanted),
          memory({fake_range(kBreak, kBreakSize, "[heap]"), fake_range(kMappings, kMappingsSize),
                  fake_range(kArea, kHeapSize), fake_range(kArea + kHeapDistance, kHeapSize),
                  fake_range(kData, 0x4000, "/usr/lib/libc.so.6")}) {
        put_state(main, main);
    }

    // Empty bins.
    void put_state(RemoteAddr state, RemoteAddr next) {
        const RemoteAddr bins = state + layout.bins;
        for (std::uint64_t offset = 0; offset < 254 * 8; offset += 16) {
            memory.put_word(bins + offset, (bins + offset - 16).value());
            memory.put_word(bins + offset + 8, (bins + offset - 16).value());
        }
        memory.put_word(bins - kTopBeforeBins, (bins - kTopBeforeBins).value());
        memory.put_word(bins + kNextBehindBins, next.value());
    }
    // A chunk at the place where the last one ended. `before_in_use`: whether that one is.
    RemoteAddr chunk(std::uint64_t size, bool before_in_use = true, std::uint64_t flags = 0) {
        const RemoteAddr address = at;
        memory.put_word(address + 8, size | flags | (before_in_use ? kPreviousInUse : 0));
        at += size;
        return address;
    }
    // The rest up to `end` is the top of that arena, which has `system` bytes.
    void finish(RemoteAddr state, RemoteAddr end, std::uint64_t system, bool before_in_use = true) {
        const RemoteAddr bins = state + layout.bins;
        memory.put_word(bins - kTopBeforeBins, at.value());
        memory.put_word(bins + kSystemBehindBins, system);
        chunk(end - at, before_in_use);
    }
    void finish_main() { finish(main, RemoteAddr(kBreak + kBreakSize), kBreakSize); }

    // Another arena, whose first heap is full and whose second has the top. Returns its malloc_state.
    RemoteAddr put_second_arena(std::uint64_t info_size) {
        const RemoteAddr first(kArea);
        const RemoteAddr second(kArea + kHeapDistance);
        const RemoteAddr state = first + info_size;
        put_state(state, main);
        memory.put_word(main + layout.bins + kNextBehindBins, state.value());
        for (const RemoteAddr heap : {first, second}) {
            memory.put_word(heap, state.value());
            memory.put_word(heap + 16, kHeapSize);
        }
        memory.put_word(second + 8, first.value());
        at = RemoteAddr((state + layout.bins + kStateBehindBins + 15).value()).aligned_down(16);
        chunk((first + kHeapSize - at) - 32);
        chunk(16);
        memory.put_word(at + 8, kPreviousInUse);
        at = second + info_size;
        chunk(0x1000);
        finish(state, second + kHeapSize, 2 * kHeapSize);
        return state;
    }

    [[nodiscard]] std::uint64_t hidden(std::uint64_t pointer, RemoteAddr place) const {
        return is_protected ? pointer ^ (place.value() >> 12U) : pointer;
    }
    // What points from one listed chunk to the next, or to none.
    void link(RemoteAddr chunk, std::uint64_t next) {
        memory.put_word(chunk + kChunkHeader, hidden(next, chunk + kChunkHeader));
    }

    MallocStateLayout layout;
    FakeMemory memory;
    RemoteAddr main{kData + 0x800};
    RemoteAddr at{kBreak};
    bool is_protected{true};
};

}  // namespace memray::heap::tests

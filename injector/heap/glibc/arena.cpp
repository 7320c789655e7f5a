// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/arena.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "injector/heap/glibc/chunks.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kNotContiguous = 2;
// 64 MiB; four huge pages, where the tunable glibc.malloc.hugetlb has malloc use them (2.35).
constexpr std::array<std::uint64_t, 3> kHeapAlignments{std::uint64_t{64} << 20U, std::uint64_t{8} << 20U,
                                                       std::uint64_t{4} << 30U};

// heap_info: the same fields in all versions; from 2.35 on there are more behind them.
struct HeapInfo {
    std::uint64_t state;
    std::uint64_t previous;
    std::uint64_t size;
};

RemoteAddr aligned_up(RemoteAddr address) { return (address + (kChunkAlignment - 1)).aligned_down(kChunkAlignment); }

struct Top {
    RemoteAddr address;
    RemoteAddr end;       // as its size says
    RemoteAddr read_end;  // as far as there is memory: what is mapped may have grown since that was looked at
};

// A null address if there is none yet, or it cannot be one.
Top read_top(const Memory& memory, const MallocStates& states, RemoteAddr state) {
    const RemoteAddr bins = state + states.layout.bins;
    const RemoteAddr top(memory.word(bins - kTopBeforeBins));
    if (top == bins - kTopBeforeBins) { return {}; }  // it has no memory yet
    const std::uint64_t size = memory.word(top + sizeof(std::uint64_t)) & ~kChunkFlags;
    const Range* range = memory.range_at(top);
    if (range == nullptr || top.value() % kChunkAlignment != 0) { return {}; }
    return {top, top + size, top + std::min(size, range->end - top)};
}

bool leads_to(const Memory& memory, RemoteAddr first, RemoteAddr top) {
    if (top < first) { return false; }
    const std::uint64_t size = top - first;
    const std::byte* bytes = memory.view(first, size + kChunkHeader);
    if (bytes == nullptr) { return false; }
    return walk_chunks(bytes, size, size + kChunkHeader, [](auto&&...) {}) == size;
}

const Range* break_of(const Memory& memory) {
    const auto& ranges = memory.ranges();
    const auto found = std::find_if(ranges.begin(), ranges.end(), [](const Range& r) { return r.path == "[heap]"; });
    return found == ranges.end() ? nullptr : &*found;
}

// The break could not be moved, so memory was mapped instead: what was had before ends with two chunks that are none.
std::vector<MallocSegment> torn_segments(const Memory& memory, const Top& top) {
    std::vector<MallocSegment> segments;
    const Range* range = memory.range_at(top.address);
    const Range* heap = break_of(memory);
    if (heap != nullptr && heap != range) { segments.push_back({heap->begin, heap->begin, heap->end, {}}); }
    if (leads_to(memory, range->begin, top.address)) {
        segments.push_back({range->begin, range->begin, top.read_end, top.address});
    }
    return segments;
}

// As long as the break is its own, all that it has lies before its top's end, without a gap (do_check_malloc_state()).
std::vector<MallocSegment> main_segments(const Memory& memory, const MallocArena& arena, const Top& top) {
    const RemoteAddr begin = top.end - arena.system;
    const bool torn = (memory.get<std::uint32_t>(arena.state + kFlags).value_or(0) & kNotContiguous) != 0;
    const RemoteAddr first = aligned_up(begin);
    if (!torn && first <= top.address && memory.view(first, top.address - first + kChunkHeader) != nullptr) {
        return {{begin, first, top.read_end, top.address}};
    }
    return torn_segments(memory, top);
}

std::optional<HeapInfo> heap_of(const Memory& memory, RemoteAddr heap, RemoteAddr state) {
    const auto info = memory.get<HeapInfo>(heap);
    return info && info->state == state.value() ? info : std::nullopt;
}

bool holds_top(const Memory& memory, RemoteAddr heap, RemoteAddr state, RemoteAddr top) {
    const auto info = heap_of(memory, heap, state);
    return info && top - heap < info->size;
}

struct Heaps {
    std::vector<RemoteAddr> addresses;
    std::uint64_t alignment{0};  // none is larger
};

// The heap that holds the top, and those before it; the newest first. Empty if they do not end where the arena is.
Heaps heaps_of(const Memory& memory, const MallocArena& arena, RemoteAddr top) {
    for (const std::uint64_t alignment : kHeapAlignments) {
        std::vector<RemoteAddr> heaps;
        std::set<RemoteAddr> known;
        RemoteAddr heap = top.aligned_down(alignment);
        if (!holds_top(memory, heap, arena.state, top)) { continue; }
        while (heap == heap.aligned_down(alignment) && known.insert(heap).second) {
            const auto info = heap_of(memory, heap, arena.state);
            if (!info) { break; }
            heaps.push_back(heap);
            if (heap == arena.state.aligned_down(alignment)) { return {std::move(heaps), alignment}; }
            heap = RemoteAddr(info->previous);
        }
    }
    return {};
}

MallocSegment heap_segment(const Memory& memory, RemoteAddr heap, std::uint64_t info_size, std::uint64_t largest,
                           const Top& top) {
    const std::uint64_t size = memory.get<HeapInfo>(heap)->size;
    const Range* range = memory.range_at(heap);
    const RemoteAddr end = heap + std::min({size, largest, range->end - heap});
    const bool has_top = heap < top.address && top.address < end;
    return {heap, heap + info_size, has_top ? top.read_end : end, has_top ? top.address : RemoteAddr()};
}

std::vector<MallocSegment> heap_segments(const Memory& memory, const MallocArena& arena, const Top& top,
                                         const MallocStateLayout& layout) {
    const Heaps heaps = heaps_of(memory, arena, top.address);
    std::vector<MallocSegment> segments;
    for (auto heap = heaps.addresses.rbegin(); heap != heaps.addresses.rend(); ++heap) {
        const std::uint64_t info_size = arena.state - heaps.addresses.back();
        segments.push_back(heap_segment(memory, *heap, info_size, heaps.alignment, top));
    }
    if (!segments.empty()) { segments.front().first = aligned_up(arena.state + layout.bins + kStateBehindBins); }
    return segments;
}

}  // namespace

MallocArena read_arena(const Memory& memory, const MallocStates& states, RemoteAddr state) {
    MallocArena arena;
    arena.state = state;
    arena.main = state == states.states.front();
    arena.system = memory.word(state + states.layout.bins + kSystemBehindBins);
    const Top top = read_top(memory, states, state);
    if (top.address.is_null()) { return arena; }
    arena.segments = arena.main ? main_segments(memory, arena, top) : heap_segments(memory, arena, top, states.layout);
    return arena;
}

}  // namespace memray::heap

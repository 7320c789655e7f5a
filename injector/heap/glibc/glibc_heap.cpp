// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/glibc_heap.h"

#include <algorithm>

#include "injector/heap/glibc/main_arena.h"

namespace memray::heap {
namespace {

// What a chunk's caller may use of it goes over the first word of the next one.
constexpr std::uint64_t kNotUsable = 8;
// Two chunks without contents end memory that is not the arena's last.
constexpr std::uint64_t kLongestFence = 64;

void add(ArenaTotals& totals, const Chunk& chunk) {
    ChunkAmount& amount = totals.of.at(static_cast<std::size_t>(chunk.state));
    ++amount.count;
    amount.bytes += chunk.size;
}

bool is_fence(const std::byte* bytes, std::uint64_t size) {
    return size >= kChunkHeader && size <= kLongestFence && (chunk_head(bytes) & ~kChunkFlags) == kChunkHeader;
}

// What is behind the last chunk: the top, or the fence, or what is not understood.
void finish(const MallocSegment& segment, const std::byte* bytes, std::uint64_t walked, const ChunkSink& sink) {
    const RemoteAddr at = segment.first + walked;
    const RemoteAddr end = segment.top.is_null() ? segment.end : segment.top;
    if (at < end) {
        const bool fence = segment.top.is_null() && bytes != nullptr && is_fence(bytes + walked, end - at);
        sink({at, end - at, fence ? ChunkState::kOverhead : ChunkState::kUnknown});
    }
    if (end < segment.end) { sink({end, segment.end - end, ChunkState::kTop}); }
}

}  // namespace

void GlibcHeap::walk(const MallocSegment& segment, const ChunkSink& sink) const {
    const RemoteAddr end = segment.top.is_null() ? segment.end : segment.top;
    if (segment.first > end || segment.begin > segment.first || end > segment.end) { return; }
    if (segment.begin < segment.first) { sink({segment.begin, segment.first - segment.begin, ChunkState::kOverhead}); }
    const std::uint64_t size = end - segment.first;
    const std::uint64_t readable = size + (segment.top.is_null() ? 0 : kChunkHeader);
    const std::byte* bytes = memory_->view(segment.first, readable);
    auto listed = std::lower_bound(listed_.begin(), listed_.end(), segment.first,
                                   [](const ListedChunk& chunk, RemoteAddr at) { return chunk.address < at; });
    const auto take = [&](std::uint64_t offset, std::uint64_t length, bool in_use) {
        const RemoteAddr address = segment.first + offset;
        while (listed != listed_.end() && listed->address < address) { ++listed; }
        const bool is_listed = in_use && listed != listed_.end() && listed->address == address;
        sink({address, length, is_listed ? listed->state : in_use ? ChunkState::kInUse : ChunkState::kFree});
    };
    const std::uint64_t walked = bytes == nullptr ? 0 : walk_chunks(bytes, size, readable, take);
    finish(segment, bytes, walked, sink);
}

void GlibcHeap::for_each_chunk(std::size_t arena, const ChunkSink& sink) const {
    for (const MallocSegment& segment : arenas_.at(arena).segments) { walk(segment, sink); }
}

void GlibcHeap::for_each_block(const BlockSink& sink) const {
    const ChunkSink pass = [&sink](const Chunk& chunk) {
        if (chunk.state != ChunkState::kInUse) { return; }
        sink({chunk.address + kChunkHeader, chunk.size - kNotUsable, BlockOrigin::kMalloc});
    };
    for (std::size_t arena = 0; arena < arenas_.size(); ++arena) { for_each_chunk(arena, pass); }
    for (const MappedChunk& chunk : mapped_) { sink({chunk.user, chunk.usable, BlockOrigin::kMapped}); }
}

void GlibcHeap::read_lists(const MallocStateLayout& layout) {
    ListedChunks lists(*memory_);
    for (std::size_t arena = 0; arena < arenas_.size(); ++arena) {
        lists.add_fast(arenas_[arena], layout);
        for_each_chunk(arena, [&lists](const Chunk& chunk) {
            if (chunk.state == ChunkState::kInUse && ListedChunks::may_be_cache(chunk.size)) {
                lists.add_cached(chunk.address, chunk.size);
            }
        });
    }
    listed_ = lists.take();
}

void GlibcHeap::count() {
    for (std::size_t arena = 0; arena < arenas_.size(); ++arena) {
        ArenaTotals& totals = totals_.emplace_back();
        for_each_chunk(arena, [&totals](const Chunk& chunk) { add(totals, chunk); });
    }
}

ArenaTotals GlibcHeap::totals() const {
    ArenaTotals sum;
    for (const ArenaTotals& totals : totals_) {
        for (std::size_t state = 0; state < kChunkStates; ++state) {
            sum.of.at(state).count += totals.of.at(state).count;
            sum.of.at(state).bytes += totals.of.at(state).bytes;
        }
    }
    return sum;
}

bool GlibcHeap::knows_all_mapped() const noexcept { return figures_ && figures_->count == mapped_.size(); }

// int_mallinfo() of malloc/malloc.c.
MallocInfo GlibcHeap::info() const {
    MallocInfo info;
    for (const MallocArena& arena : arenas_) { info.arena += arena.system; }
    const ArenaTotals sum = totals();
    info.ordblks = sum[ChunkState::kFree].count + arenas_.size();
    info.smblks = sum[ChunkState::kFast].count;
    info.fsmblks = sum[ChunkState::kFast].bytes;
    info.fordblks = sum[ChunkState::kFree].bytes + sum[ChunkState::kFast].bytes + sum[ChunkState::kTop].bytes;
    info.uordblks = info.arena - info.fordblks;
    info.keepcost = totals_.front()[ChunkState::kTop].bytes;
    info.hblks = figures_ ? figures_->count : mapped_.size();
    for (const MappedChunk& chunk : mapped_) { info.hblkhd += chunk.size; }
    if (figures_) { info.hblkhd = figures_->bytes; }
    return info;
}

std::optional<GlibcHeap> find_glibc_heap(const Memory& memory, const ResidentPages* pages) {
    const std::optional<MallocStates> states = find_malloc_states(memory);
    if (!states) { return std::nullopt; }
    GlibcHeap heap(memory);
    for (const RemoteAddr state : states->states) { heap.arenas_.push_back(read_arena(memory, *states, state)); }
    heap.read_lists(states->layout);
    heap.count();
    heap.figures_ = read_mapped_figures(memory, heap.arenas_.front());
    heap.mapped_ = find_mapped_chunks(memory, heap.arenas_, heap.figures_, pages);
    return heap;
}

}  // namespace memray::heap

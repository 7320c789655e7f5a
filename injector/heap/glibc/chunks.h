// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Chunks: what malloc divides its memory into (struct malloc_chunk of malloc/malloc.c). Each has 16 bytes in front of
// what the caller gets: the size of the chunk before, which is the caller's if that is in use, and its own, with flags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#include "injector/base/remote_addr.h"

namespace memray::heap {

using base::RemoteAddr;

inline constexpr std::uint64_t kChunkHeader = 16;
inline constexpr std::uint64_t kSmallestChunk = 32;
inline constexpr std::uint64_t kChunkAlignment = 16;

inline constexpr std::uint64_t kPreviousInUse = 1;
inline constexpr std::uint64_t kIsMapped = 2;
inline constexpr std::uint64_t kChunkFlags = 7;

// What a piece of an arena is.
enum class ChunkState : std::uint8_t {
    kInUse,
    kFree,      // in a bin
    kFast,      // in a fastbin: free, but never joined with its neighbours
    kCached,    // in a thread's cache
    kTop,       // what new chunks are cut from
    kOverhead,  // the arena's books, and what ends a heap
    kUnknown,   // makes no sense: in the middle of a change, or overwritten
};
inline constexpr std::size_t kChunkStates = 7;

struct Chunk {
    RemoteAddr address;  // of its header
    std::uint64_t size{0};
    ChunkState state{ChunkState::kInUse};
};
using ChunkSink = std::function<void(const Chunk&)>;

// The size of the chunk at `bytes`, with its flags.
[[nodiscard]] inline std::uint64_t chunk_head(const std::byte* bytes) {
    std::uint64_t head = 0;
    std::memcpy(&head, bytes + sizeof head, sizeof head);
    return head;
}

// Calls take(offset, size, in_use) for the chunks in bytes [0, end), of which `readable` can be read. Stops at what is
// no chunk: returns how far it came. Ends whatever the memory says: each step is at least kSmallestChunk bytes.
template <typename Take>
std::uint64_t walk_chunks(const std::byte* bytes, std::uint64_t end, std::uint64_t readable, Take&& take) {
    std::uint64_t at = 0;
    while (at + kSmallestChunk <= end) {
        const std::uint64_t size = chunk_head(bytes + at) & ~kChunkFlags;
        if (size < kSmallestChunk || size % kChunkAlignment != 0 || size > end - at) { break; }
        if (at + size + kChunkHeader > readable) { break; }
        take(at, size, (chunk_head(bytes + at + size) & kPreviousInUse) != 0);
        at += size;
    }
    return at;
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Hooks in front of an allocator of CPython's that gets its memory from the system and never from malloc: mimalloc.
// pymalloc passes requests of more than 512 bytes on to malloc, where they are seen; so these are recorded here as what
// malloc would have been. Smaller ones are not, nor what the allocator maps for all of them.
#pragma once

#include "payload/hooks/block_marks.h"
#include "payload/hooks/gate.h"

namespace memray::payload {

inline constexpr std::size_t kLargestSmallRequest = 512;  // SMALL_REQUEST_THRESHOLD of obmalloc.c
extern constinit BlockMarks large_blocks;

// `size` bytes that were asked for are at `block`.
inline void record_if_large(const void* block, std::size_t size, wire::Allocator allocator) noexcept {
    if (block == nullptr || size <= kLargestSmallRequest) { return; }
    if (large_blocks.add(block)) { return record_allocation(block, size, allocator); }
    const RecordingScope scope;
    if (scope) { own_session().control->losses.no_slot.fetch_add(1, std::memory_order_relaxed); }
}

template <typename Original, typename... Arguments>
void* allocate_if_large(wire::Allocator allocator, std::size_t size, Original original,
                        Arguments... arguments) noexcept {
    if (!is_recordable()) { return original(arguments...); }
    void* block = call_original(original, arguments...);
    record_if_large(block, size, allocator);
    return block;
}

// Frees of blocks that were not recorded, because they are small or older than the recording, are no events.
template <typename Original, typename... Arguments>
void deallocate_if_large(const void* block, Original original, Arguments... arguments) noexcept {
    if (!is_recordable()) {
        original(arguments...);
        return;
    }
    if (large_blocks.remove(block)) { record_deallocation(block, 0, wire::Allocator::kFree); }
    call_original(original, arguments...);
}

template <typename Original, typename... Arguments>
void* reallocate_if_large(const void* old, std::size_t size, Original original, Arguments... arguments) noexcept {
    if (!is_recordable()) { return original(arguments...); }
    const bool recorded = large_blocks.remove(old);
    if (recorded) { record_deallocation(old, 0, wire::Allocator::kFree); }
    void* block = call_original(original, arguments...);
    if (block != nullptr) {
        record_if_large(block, size, wire::Allocator::kRealloc);
    } else if (recorded && large_blocks.add(old)) {
        record_undo(old);
    }
    return block;
}

}  // namespace memray::payload

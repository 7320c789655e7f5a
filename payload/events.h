// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writes one event of the calling thread: what every hook ends in. The caller is armed and not inside another hook.
//
// Order: an allocation takes its number after the real allocation, a deallocation before the real one, so for every
// address the numbers are in the order in which threads owned it. Room in the ring is reserved before the number is
// taken: a thread that waits for room holds nobody up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/wire/record.h"

namespace memray::payload {

// A numbered record with this header (wire/record.h) that needs no stack.
void record_event(std::uint64_t header, const void* address) noexcept;
// The same after the stacks of the thread have been brought up to date; `size` is still to be put into the header.
void record_event_with_stacks(std::uint64_t header, std::size_t size, const void* address) noexcept;

inline void record_allocation(const void* address, std::size_t size, wire::Allocator allocator) noexcept {
    record_event_with_stacks(wire::header_word(wire::RecordKind::kAllocation, allocator, 0), size, address);
}
// `size`: of a munmap, else 0.
inline void record_deallocation(const void* address, std::size_t size, wire::Allocator allocator) noexcept {
    record_event(wire::header_word(wire::RecordKind::kDeallocation, allocator, wire::clamped_value(size)), address);
}
// The thread's latest deallocation did not happen.
inline void record_undo(const void* address) noexcept {
    record_event(wire::header_word(wire::RecordKind::kUndoDeallocation, wire::Allocator::kNone, 0), address);
}
// A code object that had this id in the recording of that generation dies; id 0: one that may have had a private id.
void record_code_death(std::uint32_t id, std::uint32_t generation) noexcept;
// The file that the thread's next mapping is of.
void record_mapped_file(std::uint64_t device, std::uint64_t inode, std::uint64_t offset) noexcept;
void record_thread_name(const char* name) noexcept;

}  // namespace memray::payload

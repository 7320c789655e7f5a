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

void record_allocation(const void* address, std::size_t size, wire::Allocator allocator) noexcept;
// `size`: of a munmap, else 0.
void record_deallocation(const void* address, std::size_t size, wire::Allocator allocator) noexcept;
// The thread's latest deallocation did not happen.
void record_undo(const void* address) noexcept;
// A code object that had this id in the recording of that generation dies; id 0: one that may have had a private id.
void record_code_death(std::uint32_t id, std::uint32_t generation) noexcept;
void record_thread_name(const char* name) noexcept;

}  // namespace memray::payload

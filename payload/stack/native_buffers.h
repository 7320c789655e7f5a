// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a thread remembers between two walks of its native stack.
#pragma once

#include <cstdint>

#include "payload/wire/unwind_table.h"

namespace memray::payload {

// What a thread knows of one place in machine code.
struct NativeCell {
    std::uint64_t word;  // wire::native_word(), 0: nothing
    wire::UnwindRule rule;
    std::uint32_t reserved;
};
static_assert(sizeof(NativeCell) == 32);

struct NativeBuffers {
    static constexpr std::uint32_t kCells = 4096;
    std::uint64_t readable_from;  // stack memory that can be read without a fault
    std::uint64_t readable_to;
    std::uint32_t unmaps_seen;  // as of when that was found out
    std::uint32_t version;      // ModuleDirectory::version of the cells
    std::uint64_t reserved;
    NativeCell cells[kCells];
};

}  // namespace memray::payload

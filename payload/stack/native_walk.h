// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Walks the calling thread's native stack by the tables that the controller compiled (wire/unwind_table.h). No locks,
// no calls of the loader or the C library, no memory but the thread's own. Outer frames that are as they were at the
// last walk are not walked again (last_walk.h).
#pragma once

#include <cstdint>

#include "payload/memory/table_views.h"
#include "payload/stack/native_buffers.h"
#include "payload/stack/native_room.h"
#include "payload/wire/module_directory.h"

namespace memray::payload {

struct WalkStart {
    std::uint64_t instruction;  // a return address
    std::uint64_t stack_pointer;
    std::uint64_t base_pointer;
};

// The directory of a recording and its tables.
struct Modules {
    wire::ModuleDirectory& directory;
    TableViews& tables;
};

struct WalkResult {
    bool whole;        // followed to the outermost frame
    bool met_unknown;  // no module is known at one of the addresses
};

// Into room.frames(), room.walked of them: the innermost ones if there is not room for all.
WalkResult walk_native_stack(const Modules& modules, const WalkStart& start, NativeBuffers& buffers,
                             NativeRoom& room) noexcept;

}  // namespace memray::payload

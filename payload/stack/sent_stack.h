// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Finds how the calling thread's stack differs from the one sent last, and makes the record of it the current one.
//
// Mostly a few innermost frames have come and gone, so the chain is first followed from the inside to a frame that was
// there the last time, and from there on it is only checked that the frames are as they were (chain_check.h). Nothing
// is taken on trust but what the interpreter itself tells (stack_anchor.h). Where that does not work out, the whole
// chain is read and compared.
#pragma once

#include <cstdint>

#include "payload/stack/python_room.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

struct StackChange {
    std::uint32_t kept;   // outermost frames that stay
    std::uint32_t depth;  // of the new stack
    bool truncated;       // frames beyond the capacity were left out
};

// Whether an id still names a code object.
using IsCurrentId = bool (*)(std::uint64_t code, std::uint32_t id) noexcept;

// Brings room.sent(), `depth` frames so far, up to date with the chain from `newest`. Frames from `kept` on are new to
// the reader; their id is 0 where it is not known. `untouched` outermost frames are as the reader knows them: all, or
// what update_in_place() has left of them. If code objects have died since the last call, `is_current` checks the ids
// (an equal address then proves nothing), else it is nullptr.
StackChange update_stack(const wire::PythonLayout& layout, std::uint64_t newest, PythonRoom& room, std::uint32_t depth,
                         std::uint32_t untouched, IsCurrentId is_current) noexcept;

}  // namespace memray::payload

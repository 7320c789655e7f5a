// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Finds how the calling thread's stack differs from the one sent last, and makes the record of it the current one.
//
// Mostly a few innermost frames have come and gone, so the chain is first followed from the inside to a frame that was
// sent, and from there in step with what was sent: the address of the next frame is known before it is loaded, so the
// processor need not wait for one load before the next, which is what makes deep stacks slow. Nothing is taken on
// trust: every frame's code, instruction and caller are compared. Where that does not work out, the whole chain is read
// and compared from the outermost frame.
#pragma once

#include <cstdint>

#include "payload/memory/thread_stacks.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

struct StackChange {
    std::uint32_t kept;   // outermost frames that stay
    std::uint32_t depth;  // of the new stack
    bool truncated;       // frames beyond the capacity were left out
};

// Whether an id still names a code object.
using IsCurrentId = bool (*)(std::uint64_t code, std::uint32_t id) noexcept;

// Brings room.sent, `depth` frames so far, up to date with the chain from `newest`. Frames from `kept` on are new to
// the reader; their id is 0 where it is not known. If code objects have died since the last call, `is_current` checks
// the ids (an equal address then proves nothing), else it is nullptr.
StackChange update_stack(const wire::PythonLayout& layout, std::uint64_t newest, const StackRoom<CachedFrame>& room,
                         std::uint32_t depth, IsCurrentId is_current) noexcept;

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One Python frame of a stack, as the payload remembers it.
#pragma once

#include <cstdint>

namespace memray::payload {

struct CachedFrame {
    std::uint64_t frame;       // its address; 0 if the frame may not be recognised by it
    std::uint64_t code;        // address of the code object
    std::uint32_t id;          // its code id, 0 while it has none
    std::int32_t instruction;  // wire::frame_place()
};
static_assert(sizeof(CachedFrame) == 24);

}  // namespace memray::payload

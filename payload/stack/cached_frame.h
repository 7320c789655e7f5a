// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One Python frame of a stack, as it is told to the collector.
#pragma once

#include <cstdint>

namespace memray::payload {

struct CachedFrame {
    std::uint64_t code;        // address of the code object
    std::uint32_t id;          // its code id, 0 while it has none
    std::int32_t instruction;  // wire::frame_place()
};
static_assert(sizeof(CachedFrame) == 16);

}  // namespace memray::payload

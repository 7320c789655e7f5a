// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One frame of the interpreter's chain, whether Python shows it or not, and what tells that it is as it was.
#pragma once

#include <cstdint>

#include "payload/stack/cached_frame.h"

namespace memray::payload {

// A frame that still holds `word`, and `detail` for interpreters that need it (chain_check.h), says
// what it said, as long as no code object that was sent has died.
struct FrameLink {
    static constexpr std::uint64_t kNever = 1;  // no frame holds this: look closer

    std::uint64_t frame;  // its address
    std::uint64_t word;   // f_code (3.8 - 3.10), later the instruction pointer; or kNever
};
static_assert(sizeof(FrameLink) == 16);

struct RawFrame {
    FrameLink link{0, FrameLink::kNever};
    std::uint64_t previous{0};  // address of its caller's frame
    std::uint32_t detail{0};
    bool counted{false};      // part of the stack
    bool provisional{false};  // only as the innermost one: no longer once it has callees
    CachedFrame told{};       // id is 0; nothing for shims
};

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// "Pop n, push these": how a changed stack is told to the collector, in as many records as it takes.
#pragma once

#include <cstdint>

#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {

struct StackLengths {
    std::uint32_t sent;  // frames that the collector knows of
    std::uint32_t kept;  // outermost ones of those that stay
    std::uint32_t now;
};

// `word_at(i)` is the word of frame i, counted from the outermost. Not committed: published together with the
// allocation that follows. False if the payload had to give up.
template <typename WordAt>
bool send_change(wire::Slot& slot, wire::RecordKind kind, const StackLengths& stack, WordAt word_at) noexcept {
    wire::RingWriter writer = writer_of(slot);
    std::uint32_t pops = stack.sent - stack.kept;
    std::uint32_t index = stack.kept;
    do {
        const std::uint32_t rest = stack.now - index;
        const std::uint32_t pushes = rest < wire::kMaxPushes ? rest : static_cast<std::uint32_t>(wire::kMaxPushes);
        if (!writer.reserve(1 + pushes, wait_for_room)) { return false; }
        writer.put(wire::header_word(kind, wire::Allocator::kNone, wire::frames_value(pops, pushes)));
        for (std::uint32_t i = 0; i < pushes; ++i, ++index) { writer.put(word_at(index)); }
        pops = 0;
    } while (index < stack.now);
    return true;
}

}  // namespace memray::payload

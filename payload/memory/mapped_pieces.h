// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What of a region this process has mapped besides its head. Slots are mapped when a thread finds none that is free,
// in their order: each one leads to the next. Those given back stay mapped, for the next thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "payload/memory/table_views.h"
#include "payload/memory/thread_stacks.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/slot.h"

namespace memray::payload {

struct SlotEntry {
    std::atomic<wire::Slot*> slot;  // nullptr: not mapped yet
    ThreadStacks stacks;            // of the thread that holds it
};

// Private to the process, and zero at first.
struct MappedPieces {
    wire::ControlPage* control;
    std::uint32_t slot_count;
    std::uint64_t slot_size;           // bytes
    wire::ModuleDirectory* directory;  // nullptr: native stacks are not recorded
    TableViews tables;

    SlotEntry& entry(std::uint32_t index) noexcept { return reinterpret_cast<SlotEntry*>(this + 1)[index]; }
};

// For a region of which the head is mapped. nullptr if there is no memory.
[[nodiscard]] MappedPieces* open_pieces(wire::ControlPage& control) noexcept;
// Nobody may use them any more, or come to.
void close_pieces(MappedPieces* pieces) noexcept;

// The slot of `index`, below slot_count, if all before it are mapped; nullptr if there is no memory for it.
[[nodiscard]] wire::Slot* slot_at(MappedPieces& pieces, std::uint32_t index) noexcept;

}  // namespace memray::payload

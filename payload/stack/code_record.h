// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells the collector about a code object seen for the first time: name, file, first line and line table.
#pragma once

#include <cstdint>

#include "payload/wire/slot.h"

namespace memray::payload {

// The id of a code object on the calling thread's stack, at `depth` from its outermost frame; sent before it is used. 0
// if `code` is not a code object, or if there was no room (then the payload has disarmed itself).
std::uint32_t code_id(wire::Slot& slot, std::uint64_t code, std::uint32_t depth) noexcept;

// Installs and removes the hook that notices dying code objects (PyCode_Type.tp_dealloc, one pointer store).
void install_code_death_hook() noexcept;
void restore_code_death_hook() noexcept;

// In a forked child that begins a recording of its own: the ids of its parent's mean nothing there.
void forget_code_ids() noexcept;
// When another Python begins: so do those of the last one.
void forget_code_ids_while_recording() noexcept;

// Whether `id` still names this code object, for certain.
bool is_current_id(std::uint64_t code, std::uint32_t id) noexcept;

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keeps the collector's idea of the calling thread's native stack up to date, as python_stack.h does for Python's. The
// payload's own frames are left out: the innermost one is the caller of the allocator.
#pragma once

#include "payload/wire/slot.h"

namespace memray::payload {

// Called on the slot's own thread right before an allocation is recorded; does nothing if native stacks are not. False
// if the payload had to give up.
bool sync_native_stack(wire::Slot& slot) noexcept;

// The calling thread is about to run dlopen or dlclose.
void note_changing_modules() noexcept;

}  // namespace memray::payload

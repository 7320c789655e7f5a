// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keeps the collector's idea of the calling thread's Python stack up to date: compares the frame chain with what was
// sent last, from the outermost frame on, and sends "pop n, push these".
#pragma once

#include "payload/session.h"
#include "payload/wire/control.h"
#include "payload/wire/slot.h"

namespace memray::payload {

// Called on the slot's own thread right before an allocation is recorded, in its RecordingScope. False if the payload
// had to give up.
bool sync_python_stack(const Session& session, wire::Slot& slot) noexcept;

// True once the interpreter has begun to tear itself down: no frame may be read any more (thread states are being
// freed), and what is live now is what leaked. Set by Py_FinalizeEx after all atexit functions ran and before any
// module is torn down (_PyRuntimeState_SetFinalizing, CPython 3.8 to 3.15).
bool is_finalizing(const wire::TargetInfo& info) noexcept;

}  // namespace memray::payload

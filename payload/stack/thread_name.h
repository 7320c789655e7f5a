// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What threading calls the calling thread. Up to 3.13 Python does not tell the kernel, so it is read from the Thread
// object, which is the first argument of the thread's outermost frame, Thread._bootstrap (Lib/threading.py); later
// versions call what the hooks of names see.
//
// A name may be given at any time, by any thread. It is looked at at each of the first events, so that threads that end
// soon have theirs, and then at one event in many, as a look costs as much as an event. None of this happens without
// the GIL, or in a free-threaded build while the thread is not attached; there a name that changes at that very moment
// may be read as something else.
#pragma once

#include "payload/session.h"
#include "payload/stack/name_watch.h"
#include "payload/stack/python_room.h"
#include "payload/wire/slot.h"

namespace memray::payload {

// Sends the name if it is another one than the last. `room`: of the calling thread's stack, which has just been read.
// False if the recording has ended.
bool look_at_name(const Session& session, wire::Slot& slot, const PythonRoom& room, NameWatch& watch) noexcept;

}  // namespace memray::payload

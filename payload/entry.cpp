// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The two functions that the controller calls in a stopped thread of the target. Nothing else is exported.
#include <cstddef>

#include "payload/got/patch.h"
#include "payload/hooks/loader_hooks.h"
#include "payload/hooks/originals.h"
#include "payload/hooks/python_allocators.h"
#include "payload/session.h"
#include "payload/stack/code_record.h"
#include "payload/start_error.h"

using namespace memray;

extern "C" {

// Starts recording into a region that the controller mapped and laid out. Returns a StartError.
[[gnu::visibility("default")]] int memray_payload_start(void* region, std::size_t size) {
    if (payload::is_armed()) { return payload::kAlreadyRecording; }
    if (const int error = payload::open_session(region, size)) { return error; }
    payload::bind_originals();
    payload::bind_loader_hooks();
    payload::install_code_death_hook();
    if ((payload::session.control->flags & wire::kTracePythonAllocators) != 0) { payload::install_python_allocators(); }
    payload::install_hooks();
    payload::arm();
    return payload::kStarted;
}

// Stops recording and takes every hook out again, as far as nobody built on it. The library stays loaded: a thread may
// still be inside a hook.
[[gnu::visibility("default")]] int memray_payload_stop() {
    if (payload::session.control == nullptr) { return payload::kBadRegion; }
    payload::disarm(wire::Phase::kStopped);
    payload::restore_hooks();
    payload::restore_python_allocators();
    payload::restore_code_death_hook();
    return payload::kStarted;
}
}

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Stands in for the payload library: notes in the region that it was called, and how. STUB_RESULT is what it returns.
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

extern "C" __attribute__((visibility("default"))) int memray_payload_start(void* region, std::size_t size) {
    auto* control = static_cast<memray::wire::ControlPage*>(region);
    control->next_sequence.store(size);
    control->phase.store(memray::wire::Phase::kRecording);
    return STUB_RESULT;
}

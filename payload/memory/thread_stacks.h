// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks of one thread as last sent to the collector: private memory that only that thread uses, and that grows
// with the depth, as a locked or limited program pays for all that is mapped.
#pragma once

#include <cstdint>

#include "payload/stack/name_watch.h"
#include "payload/stack/native_buffers.h"
#include "payload/stack/native_room.h"
#include "payload/stack/python_room.h"
#include "payload/wire/control.h"

namespace memray::payload {

struct ThreadStacks {
    PythonRoom python;
    NativeRoom native;
    NativeBuffers* native_buffers;
    NameWatch name;
    std::uint32_t deaths_seen;  // ControlPage::code_deaths when the Python stack was sent
};

// Empty, for a thread that begins. Limits are in frames; `native_limit` 0: native stacks are not recorded. False if
// there is no memory.
[[nodiscard]] bool begin_stacks(ThreadStacks& stacks, const wire::ControlPage& control, std::uint32_t limit,
                                std::uint32_t native_limit) noexcept;
// Doubles the room, up to `limit` frames. Frames of a native stack are kept, those of a Python stack are lost. False if
// that cannot be.
[[nodiscard]] bool grow(PythonRoom& room, const wire::ControlPage& control, std::uint32_t limit) noexcept;
[[nodiscard]] bool grow(NativeRoom& room, const wire::ControlPage& control, std::uint32_t limit) noexcept;
// Gives all memory back.
void release_stacks(ThreadStacks& stacks) noexcept;

}  // namespace memray::payload

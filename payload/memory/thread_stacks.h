// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks of one thread as last sent to the collector: private memory that only that thread uses, and that grows
// with the depth, as a locked or limited program pays for all that is mapped.
#pragma once

#include <cstdint>

#include "payload/stack/native_buffers.h"
#include "payload/stack/python_room.h"
#include "payload/wire/control.h"

namespace memray::payload {

template <typename Frame>
struct StackRoom {
    unsigned char* memory;  // nullptr: nothing mapped
    std::uint32_t capacity;
    std::uint32_t depth;  // frames sent

    // Outermost first.
    [[nodiscard]] Frame* sent() const noexcept { return reinterpret_cast<Frame*>(memory); }
    // Room to read a stack, `capacity` frames.
    [[nodiscard]] Frame* scratch() const noexcept { return sent() + capacity; }
};

struct ThreadStacks {
    PythonRoom python;
    StackRoom<std::uint64_t> native;  // wire::native_word()
    NativeBuffers* native_buffers;
    std::uint32_t deaths_seen;  // ControlPage::code_deaths when the Python stack was sent
};

// Empty, for a thread that begins. Limits are in frames; `native_limit` 0: native stacks are not recorded. False if
// there is no memory.
[[nodiscard]] bool begin_stacks(ThreadStacks& stacks, const wire::ControlPage& control, std::uint32_t limit,
                                std::uint32_t native_limit) noexcept;
// Doubles the room, up to `limit` frames, and keeps what was sent of a native stack; of a Python stack it is lost. False
// if that cannot be.
[[nodiscard]] bool grow(PythonRoom& room, const wire::ControlPage& control, std::uint32_t limit) noexcept;
[[nodiscard]] bool grow(StackRoom<std::uint64_t>& room, const wire::ControlPage& control, std::uint32_t limit) noexcept;
// Gives all memory back.
void release_stacks(ThreadStacks& stacks) noexcept;

}  // namespace memray::payload

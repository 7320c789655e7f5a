// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/thread_stacks.h"

#include "payload/memory/address_space.h"

namespace memray::payload {
namespace {

constexpr std::uint32_t kFirstFrames = 256;

constexpr std::uint64_t whole_pages(std::uint64_t size) noexcept {
    return (size + wire::kPageSize - 1) / wire::kPageSize * wire::kPageSize;
}

template <typename Room>
constexpr std::uint64_t bytes_for(std::uint32_t capacity) noexcept {
    return whole_pages(Room::bytes_for(capacity));
}

template <typename Room>
void release(Room& room) noexcept {
    unmap(room.memory, bytes_for<Room>(room.capacity));
    room = {};
}

template <typename Room>
bool resize(Room& room, const wire::ControlPage& control, std::uint32_t capacity) noexcept {
    const std::uint64_t size = bytes_for<Room>(capacity);
    void* memory = room.memory == nullptr ? map_private(control, size)
                                          : grow_private(control, room.memory, bytes_for<Room>(room.capacity), size);
    if (memory == nullptr) { return false; }
    room.memory = static_cast<unsigned char*>(memory);
    room.capacity = capacity;
    return true;
}

template <typename Room>
bool grow_room(Room& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    if (room.capacity >= limit) { return false; }
    return resize(room, control, limit / 2 < room.capacity ? limit : 2 * room.capacity);
}

template <typename Room>
bool begin(Room& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    room.forget_all();
    return room.memory != nullptr || resize(room, control, limit < kFirstFrames ? limit : kFirstFrames);
}

constexpr std::uint64_t kNativeBuffersBytes = whole_pages(sizeof(NativeBuffers));

bool begin_native(ThreadStacks& stacks, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    if (limit == 0) { return true; }
    if (!begin(stacks.native, control, limit)) { return false; }
    if (stacks.native_buffers == nullptr) {
        stacks.native_buffers = static_cast<NativeBuffers*>(map_private(control, kNativeBuffersBytes));
    }
    if (stacks.native_buffers == nullptr) { return false; }
    stacks.native_buffers->readable_to = stacks.native_buffers->readable_from = 0;  // of another thread's stack
    return true;
}

}  // namespace

bool begin_stacks(ThreadStacks& stacks, const wire::ControlPage& control, std::uint32_t limit,
                  std::uint32_t native_limit) noexcept {
    stacks.name.begin();
    return begin(stacks.python, control, limit) && begin_native(stacks, control, native_limit);
}

// What lies behind the frames moves.
bool grow(PythonRoom& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    room.linked = 0;
    room.innermost = 0;
    return grow_room(room, control, limit);
}
bool grow(NativeRoom& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    room.known = 0;
    return grow_room(room, control, limit);
}

void release_stacks(ThreadStacks& stacks) noexcept {
    release(stacks.python);
    release(stacks.native);
    unmap(stacks.native_buffers, kNativeBuffersBytes);
    stacks.native_buffers = nullptr;
}

}  // namespace memray::payload

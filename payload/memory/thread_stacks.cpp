// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/thread_stacks.h"

#include "payload/memory/address_space.h"

namespace memray::payload {
namespace {

constexpr std::uint32_t kFirstFrames = 512;

constexpr std::uint64_t whole_pages(std::uint64_t size) noexcept {
    return (size + wire::kPageSize - 1) / wire::kPageSize * wire::kPageSize;
}

template <typename Frame>
constexpr std::uint64_t bytes_for(std::uint32_t capacity) noexcept {
    return whole_pages(2 * sizeof(Frame) * std::uint64_t{capacity});
}

template <typename Frame>
void release(StackRoom<Frame>& room) noexcept {
    unmap(room.sent, bytes_for<Frame>(room.capacity));
    room = {};
}

template <typename Frame>
bool resize(StackRoom<Frame>& room, const wire::ControlPage& control, std::uint32_t capacity) noexcept {
    const std::uint64_t size = bytes_for<Frame>(capacity);
    void* sent = room.sent == nullptr ? map_private(control, size)
                                      : grow_private(control, room.sent, bytes_for<Frame>(room.capacity), size);
    if (sent == nullptr) { return false; }
    room.sent = static_cast<Frame*>(sent);
    room.capacity = capacity;
    return true;
}

template <typename Frame>
bool grow_room(StackRoom<Frame>& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    if (room.capacity >= limit) { return false; }
    return resize(room, control, limit / 2 < room.capacity ? limit : 2 * room.capacity);
}

template <typename Frame>
bool begin(StackRoom<Frame>& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    room.depth = 0;
    return room.sent != nullptr || resize(room, control, limit < kFirstFrames ? limit : kFirstFrames);
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
    return begin(stacks.python, control, limit) && begin_native(stacks, control, native_limit);
}

bool grow(StackRoom<CachedFrame>& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    return grow_room(room, control, limit);
}
bool grow(StackRoom<std::uint64_t>& room, const wire::ControlPage& control, std::uint32_t limit) noexcept {
    return grow_room(room, control, limit);
}

void release_stacks(ThreadStacks& stacks) noexcept {
    release(stacks.python);
    release(stacks.native);
    unmap(stacks.native_buffers, kNativeBuffersBytes);
    stacks.native_buffers = nullptr;
}

}  // namespace memray::payload

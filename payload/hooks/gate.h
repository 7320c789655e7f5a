// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The order of every hook: armed, or a new child that is followed? -> already inside a hook? -> original -> record.
// Deallocations are recorded before the original runs, so that nobody can own the address in between without a later
// number.
#pragma once

#include "payload/children.h"
#include "payload/events.h"
#include "payload/thread.h"

namespace memray::payload {

// The rest of is_recordable(), which few calls come to; out of line because every hook has it.
[[nodiscard]] bool is_recordable_after_all() noexcept;

// Whether the calling hook is the outermost one of a recorded thread.
inline bool is_recordable() noexcept {
    if (is_armed()) [[likely]] {
        if (this_thread.activity == Activity::kNone) [[likely]] { return true; }
        if (this_thread.activity == Activity::kInOriginal) { return false; }
    }
    return is_recordable_after_all();
}

// Of a hook that is_recordable().
class OriginalScope {
public:
    OriginalScope() noexcept { ActivityScope::enter(Activity::kInOriginal); }
    ~OriginalScope() { ActivityScope::enter(Activity::kNone); }
    OriginalScope(const OriginalScope&) = delete;
    OriginalScope& operator=(const OriginalScope&) = delete;
};

// Runs the original with its own allocations hidden.
template <typename Original, typename... Arguments>
auto call_original(Original original, Arguments... arguments) noexcept {
    const OriginalScope scope;
    return original(arguments...);
}

// A hook that returns a new block of `size` bytes.
template <typename Original, typename... Arguments>
void* allocate(wire::Allocator allocator, std::size_t size, Original original, Arguments... arguments) noexcept {
    if (!is_recordable()) { return original(arguments...); }
    void* address = call_original(original, arguments...);
    if (address != nullptr) { record_allocation(address, size, allocator); }
    return address;
}

// A hook that gives `address` back.
template <typename Original, typename... Arguments>
void deallocate(wire::Allocator allocator, const void* address, Original original, Arguments... arguments) noexcept {
    if (address == nullptr || !is_recordable()) {
        original(arguments...);
        return;
    }
    record_deallocation(address, 0, allocator);
    call_original(original, arguments...);
}

struct ReallocKinds {
    wire::Allocator freed;
    wire::Allocator allocated;
};

// A hook that moves `old` to a block of `size` bytes. When the original fails, `old` stays alive and its deallocation
// is taken back; libc's realloc to size 0 frees and returns nullptr, which is no failure (`zero_frees`).
template <typename Original, typename... Arguments>
void* reallocate(ReallocKinds kinds, bool zero_frees, const void* old, std::size_t size, Original original,
                 Arguments... arguments) noexcept {
    if (!is_recordable()) { return original(arguments...); }
    if (old != nullptr) { record_deallocation(old, 0, kinds.freed); }
    void* address = call_original(original, arguments...);
    if (address != nullptr) {
        record_allocation(address, size, kinds.allocated);
    } else if (old != nullptr && !(zero_frees && size == 0)) {
        record_undo(old);
    }
    return address;
}

}  // namespace memray::payload

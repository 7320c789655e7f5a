// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Forked children. A child is silent from its first instruction on (session.h). If children are followed, its first
// event makes it claim a region of its own from the pool that it inherited (wire/child_pool.h), so that only those that
// allocate are recorded, and from their first allocation on. Its own children do the same.
#pragma once

#include "payload/session.h"
#include "payload/wire/child_pool.h"

namespace memray::payload {

struct Children {
    wire::ChildPool* pool{nullptr};  // nullptr: not followed
    std::size_t pool_size{0};
    const std::atomic<std::uint32_t>* lock{nullptr};  // held by the recorder of the children
};
extern constinit Children children;

// As the control page of a starting recording has it.
void follow_children(const wire::ControlPage& control) noexcept;
// Children from now on are silent. Those that there are go on.
void leave_children() noexcept;

// True in a followed child before it has joined.
inline bool is_followed_child() noexcept {
    return children.pool != nullptr && recordings.own->known.load(std::memory_order_relaxed) != kKnownProcess;
}
// Whether it records from now on. Only once in a process: afterwards is_followed_child() is false.
bool join_as_child() noexcept;

}  // namespace memray::payload

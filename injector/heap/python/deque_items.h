// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The insides of a collections.deque (Modules/_collectionsmodule.c, the same in 3.8 to 3.15): a chain of blocks of 64
// items, the first and the last of which are filled in part.
#pragma once

#include <cstdint>
#include <functional>

#include "injector/heap/memory/memory.h"

namespace memray::heap {

struct DequeBlock {
    RemoteAddr address;
    RemoteAddr items;        // those in use
    std::uint64_t count{0};  // how many are
};

// In order; both return whether to go on. A chain that makes no sense ends where it does.
void for_each_deque_block(const Memory& memory, RemoteAddr deque, const std::function<bool(const DequeBlock&)>& block);
void for_each_deque_item(const Memory& memory, RemoteAddr deque, const std::function<bool(RemoteAddr)>& item);

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/deque_items.h"

#include <algorithm>

#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

// dequeobject {ob_size, leftblock, rightblock, leftindex, ...}; block {left, items, right}.
constexpr std::uint64_t kLeft = 24;
constexpr std::uint64_t kRight = 32;
constexpr std::uint64_t kItems = 8;
constexpr std::uint64_t kNext = kItems + kDequeBlock * kPointer;

}  // namespace

void for_each_deque_block(const Memory& memory, RemoteAddr deque, const std::function<bool(const DequeBlock&)>& block) {
    RemoteAddr at(memory.word(deque + kLeft));
    const RemoteAddr last(memory.word(deque + kRight));
    std::uint64_t index = memory.word(deque + kDequeLeftIndex);
    std::uint64_t left = memory.word(deque + kObSize);
    if (left > kMostItems || index > kDequeBlock) { return; }
    while (memory.view(at, kNext + kPointer) != nullptr) {
        const std::uint64_t count = std::min(kDequeBlock - index, left);
        if (!block({at, at + kItems + index * kPointer, count})) { return; }
        left -= count;
        index = 0;
        if (at == last || left == 0) { return; }
        at = RemoteAddr(memory.word(at + kNext));
    }
}

void for_each_deque_item(const Memory& memory, RemoteAddr deque, const std::function<bool(RemoteAddr)>& item) {
    for_each_deque_block(memory, deque, [&](const DequeBlock& block) {
        for (std::uint64_t index = 0; index < block.count; ++index) {
            if (!item(RemoteAddr(memory.word(block.items + index * kPointer)))) { return false; }
        }
        return true;
    });
}

}  // namespace memray::heap

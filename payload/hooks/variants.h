// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Variants of a hook. A hook has to go on to what was found where it is put, and that is not the same everywhere:
// another library has put hooks of its own into some objects, or an object is bound to another allocator than the rest.
// So the hooks of allocators and of the loader are there several times: variant 0 stands for the function that
// a caller in the program reaches, each other one for something else that was found, in the order in which it was
// (got/foreign.h). What a variant stands for never changes again, as somebody may have kept the hook's address.
#pragma once

#include "payload/hooks/hook_list.h"
#include "payload/thread.h"

namespace memray::payload {

inline constexpr int kVariants = 6;

// A library that puts its hook in front of ours, taking ours for what was there before, while ours leads on to that
// very hook, has made a ring of them. What is called so often from within itself goes on to the function proper.
class ChainScope {
public:
    ChainScope() noexcept : is_ring_(++this_thread.chain_depth > kDeepest) {}
    ~ChainScope() { --this_thread.chain_depth; }
    ChainScope(const ChainScope&) = delete;
    ChainScope& operator=(const ChainScope&) = delete;
    [[nodiscard]] bool is_ring() const noexcept { return is_ring_; }

private:
    static constexpr std::uint32_t kDeepest = 16;
    bool is_ring_;
};

}  // namespace memray::payload

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What an allocator has handed out.
#pragma once

#include <cstdint>
#include <functional>

#include "injector/base/remote_addr.h"

namespace memray::heap {

// Who handed out a block.
enum class BlockOrigin : std::uint8_t {
    kPymalloc,  // CPython's small blocks: `size` is that of its class
    kMalloc,    // a chunk of the C library: `size` is what can be used of it
    kMapped,    // a chunk that has a mapping of its own
};

// Memory in use: from `address` on, what the caller of the allocator was given.
struct Block {
    base::RemoteAddr address;
    std::uint64_t size{0};  // bytes
    BlockOrigin origin{BlockOrigin::kPymalloc};
};

using BlockSink = std::function<void(const Block&)>;

}  // namespace memray::heap

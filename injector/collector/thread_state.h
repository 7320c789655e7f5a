// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the reader keeps of one ring's thread: the machine that its records drive (see wire/record.h), and what the
// aggregates need to know of the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/allocator.h"
#include "injector/capture/profile.h"
#include "injector/collector/tables/live_table.h"
#include "injector/collector/tables/range_table.h"

namespace memray::collector {

// The thread's latest deallocation, in case it turns out not to have happened.
struct Freed {
    enum class Kind : std::uint8_t { kNone, kUnknown, kBlock, kMappings };
    struct Mapping {
        Range range;
        Block block;
        std::uint64_t unmapped{0};  // bytes
        bool whole{false};
        std::uint32_t lifetime{0};
    };
    Kind kind{Kind::kNone};
    std::uint64_t start{0};  // of kMappings
    capture::Allocator allocator{capture::Allocator::kNone};
    std::uint32_t bucket{0};    // of time
    std::uint32_t folds{0};     // of the buckets so far
    std::uint32_t lifetime{0};  // class + 1, 0: not counted
    Block block;
    std::vector<Mapping> mappings;
};

// The file that a thread maps next, if it is told of one.
struct MappedFile {
    bool known{false};
    std::uint64_t device{0};
    std::uint64_t inode{0};
    std::uint64_t offset{0};
};

// A thread's stack, as nodes of a tree.
struct StackCursor {
    static constexpr std::size_t kMaxDepth = 1'000'000;

    std::uint32_t node{capture::kRootStack};
    std::vector<std::uint32_t> stack;  // nodes, outermost first

    // False if the stack is not that deep (all of it is gone then).
    bool pop(std::uint32_t count) {
        const bool enough = count <= stack.size();
        stack.resize(enough ? stack.size() - count : 0);
        node = stack.empty() ? capture::kRootStack : stack.back();
        return enough;
    }
    // `deeper`: the node of the stack with one frame more. False if the stack is too deep to believe.
    bool push(std::uint32_t deeper) {
        if (stack.size() >= kMaxDepth) { return false; }
        node = deeper;
        stack.push_back(node);
        return true;
    }
};

struct ThreadState {
    static constexpr std::size_t kMaxBlob = std::size_t{16} << 20U;

    bool opened{false};            // there is such a thread
    std::uint32_t thread{0};       // index of Profile::threads
    std::uint32_t allocations{0};  // made so far; wraps
    StackCursor python;
    StackCursor native;

    std::uint32_t site_node{0};  // the site used last
    std::uint32_t site_native_node{0};
    capture::Allocator site_allocator{capture::Allocator::kNone};
    std::uint32_t site{kNoSlot};

    std::string blob;
    MappedFile file;
    Freed freed;
};

}  // namespace memray::collector

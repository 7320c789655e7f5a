// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where paths to objects begin: what is alive whoever refers to it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "injector/heap/graph/object_graph.h"
#include "injector/heap/graph/reachability.h"
#include "injector/heap/python/threads.h"

namespace memray::heap {

// In the order in which they are preferred where several lead to an object.
enum class RootKind : std::uint8_t {
    kModule,      // in sys.modules
    kFrame,       // a slot of a function that runs
    kType,        // a type in C
    kStaticData,  // a variable of a program or library in C
    kStack,       // the stack of a thread in C
    kMemory,      // memory that is neither an allocator's nor a stack: the interpreter's own, for the most part
    kHeldByC,     // more references are counted than are found: somebody has the others
    kHeapData,    // a block that no object has said to be its own
};
inline constexpr std::size_t kRootKinds = 8;

struct Root {
    NodeId node;
    RootKind kind;
    std::uint32_t label;  // index in Roots::labels
};

struct Roots {
    std::vector<Root> all;  // one for each node that is one
    // "sys.modules['app']", "worker() (app.py:12) items", "libfoo.so", ...
    std::vector<std::string> labels;
    // From which of them a node is reached, by the shortest way from the most preferred kind. What is not reached is
    // garbage that the collector has not found yet, or was in the middle of a change.
    Reachability paths;
};

// The used part of a thread's stack.
struct StackPart {
    RemoteAddr begin;
    RemoteAddr end;
    std::string thread;
};

// `graph` may get nodes: objects in no block that only roots refer to.
[[nodiscard]] Roots find_roots(const Memory& memory, const Runtime& runtime, const TypeTable& types,
                               std::span<const StackPart> stacks, ObjectGraph& graph);

}  // namespace memray::heap

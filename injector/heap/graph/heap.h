// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The heap of a CPython process, all of it: blocks, objects, types; who refers to whom, from where they are reached and
// who keeps whom alive. What is not asked for is not worked out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "injector/heap/glibc/glibc_heap.h"
#include "injector/heap/graph/dominators.h"
#include "injector/heap/graph/object_graph.h"
#include "injector/heap/graph/roots.h"
#include "injector/heap/python/pymalloc.h"

namespace memray::heap {

class Heap {
public:
    // `memory` must outlive this; `stacks` are copied. Throws base::Error that says why there is nothing to read.
    Heap(const Memory& memory, std::span<const StackPart> stacks);

    [[nodiscard]] const Memory& memory() const noexcept { return memory_; }
    [[nodiscard]] const Runtime& runtime() const noexcept { return runtime_; }
    [[nodiscard]] const TypeTable& types() const noexcept { return types_; }
    [[nodiscard]] const Nodes& nodes() const noexcept { return nodes_; }
    // Of pymalloc, in the middle of a change.
    [[nodiscard]] std::uint64_t broken_pools() const noexcept { return broken_pools_; }

    [[nodiscard]] const ObjectGraph& graph();
    [[nodiscard]] const Roots& roots();
    // Null for nodes that are none.
    [[nodiscard]] const Root* root_at(NodeId node);
    [[nodiscard]] const Dominators& dominators();

private:
    ObjectGraph& make_graph();
    void add_blocks();

    const Memory& memory_;
    std::vector<StackPart> stacks_;
    Runtime runtime_;
    TypeTable types_;
    Pymalloc pymalloc_;
    std::optional<GlibcHeap> glibc_;
    std::uint64_t broken_pools_{0};
    Nodes nodes_;
    std::unique_ptr<ObjectGraph> graph_;
    std::optional<Roots> roots_;
    std::unordered_map<NodeId, std::size_t> root_of_;  // index in roots_->all
    std::optional<Dominators> dominators_;
};

}  // namespace memray::heap

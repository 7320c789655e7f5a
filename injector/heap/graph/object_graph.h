// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which node refers to which: the references of every object, and of memory that belongs to none, in both cases only
// those that lead to a node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "injector/heap/graph/nodes.h"
#include "injector/heap/graph/static_memory.h"
#include "injector/heap/python/references.h"

namespace memray::heap {

class ObjectGraph {
public:
    // Adds the objects in no block that are referred to to `nodes`, which must be indexed. All must outlive this.
    // Throws base::Error if there are more references than can be numbered.
    ObjectGraph(const Memory& memory, const Runtime& runtime, TypeTable& types, Nodes& nodes);

    [[nodiscard]] const Nodes& nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::span<const NodeId> references(NodeId from) const {
        return {targets_.data() + begins_[from], targets_.data() + ends_[from]};
    }
    [[nodiscard]] std::size_t edges() const noexcept { return targets_.size(); }
    // Whether an object has said that this block is its own.
    [[nodiscard]] bool is_owned(NodeId block) const {
        return block < owned_.size() && owned_[block] != Owning::kNobody;
    }

    // The node that a word in memory refers to; kNoNode if it is no reference. Objects in no block become nodes.
    NodeId resolve(RemoteAddr address);

private:
    enum class Owning : std::uint8_t { kNobody, kKnown, kKeys };
    class Collector;

    void add_references();
    void collect(NodeId from);
    [[nodiscard]] bool may_refer(NodeId block);
    void redirect_module_dicts();

    const Memory& memory_;
    Nodes& nodes_;
    TypeTable& types_;
    References references_;
    Classifier classifier_;
    StaticMemory static_memory_;
    std::vector<NodeId> targets_;
    std::vector<std::uint32_t> begins_;  // into targets_, by node
    std::vector<std::uint32_t> ends_;
    std::vector<Owning> owned_;  // by node
};

}  // namespace memray::heap

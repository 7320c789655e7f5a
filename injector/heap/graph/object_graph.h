// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which node refers to which: the references of every object, and of memory that belongs to none, in both cases only
// those that lead to a node.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "injector/heap/graph/edges.h"
#include "injector/heap/graph/nodes.h"
#include "injector/heap/memory/static_memory.h"
#include "injector/heap/python/references.h"

namespace memray::heap {

// Of objects that count their references: how many count as many as were found. Where it is not nearly all, something
// in this heap is not understood.
struct ReferenceCheck {
    std::uint64_t objects{0};
    std::uint64_t as_counted{0};
};

class ObjectGraph {
public:
    // Adds the objects in no block that are referred to to `nodes`, which must be indexed. All must outlive this.
    // Throws base::Error if there are more references than can be numbered.
    ObjectGraph(const Memory& memory, const Runtime& runtime, TypeTable& types, Nodes& nodes);

    [[nodiscard]] const Nodes& nodes() const noexcept { return nodes_; }
    [[nodiscard]] const Edges& edges() const noexcept { return edges_; }
    // Whether an object has said that this block is its own.
    [[nodiscard]] bool is_owned(NodeId block) const {
        return block < owned_.size() && owned_[block] != Owning::kNobody;
    }

    // Objects of which more references are counted than were found: somebody in C has the others. Immortal ones are not
    // among them.
    [[nodiscard]] const std::vector<NodeId>& held_from_outside() const noexcept { return held_; }

    [[nodiscard]] const ReferenceCheck& check() const noexcept { return check_; }
    // Whether somebody else than nodes may have a reference that counts: not if all that are counted were found.
    [[nodiscard]] bool may_be_held(NodeId node) const { return node >= is_explained_.size() || !is_explained_[node]; }

    // The module whose dictionary that is; `node` itself if it is none.
    [[nodiscard]] NodeId module_of(NodeId node) const {
        const auto found = modules_.find(node);
        return found == modules_.end() ? node : found->second;
    }

    // The node that a word in memory refers to; kNoNode if it is no reference. Objects in no block become nodes.
    NodeId resolve(RemoteAddr address);
    // Adds the references of nodes that resolve() has made.
    void add_new_nodes();

private:
    enum class Owning : std::uint8_t { kNobody, kKnown, kKeys };
    class Collector;

    void add_references();
    void collect(NodeId from);
    [[nodiscard]] bool may_refer(NodeId block);
    std::uint64_t take_unknown();
    void find_held();
    [[nodiscard]] std::uint64_t reference_count(const Node& node) const;
    void settle_edges();
    void settle_edges_of(NodeId node);

    const Memory& memory_;
    const HeapLayout& layout_;
    const StaticMemory& statics_;
    Nodes& nodes_;
    TypeTable& types_;
    References references_;
    Classifier classifier_;
    Edges edges_;
    std::vector<Owning> owned_;  // by node
    std::vector<NodeId> held_;
    ReferenceCheck check_;
    std::vector<bool> is_explained_;              // by node: its references are as many as were found
    std::unordered_map<NodeId, NodeId> modules_;  // by their dictionaries
    std::vector<bool> is_module_dict_;            // by node
    bool settled_{false};
    std::uint32_t unknown_left_{1U << 20U};  // times that memory in no block may be claimed
};

}  // namespace memray::heap

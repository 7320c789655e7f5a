// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/heap.h"

namespace memray::heap {

Heap::Heap(const Memory& memory, std::span<const StackPart> stacks)
    : memory_(memory),
      stacks_(stacks.begin(), stacks.end()),
      runtime_(find_runtime(memory)),
      types_(memory, runtime_),
      pymalloc_(memory, runtime_),
      glibc_(find_glibc_heap(memory)) {
    add_blocks();
}

// Arenas of pymalloc are mappings, but for those of old versions, which may be chunks.
void Heap::add_blocks() {
    Classifier classifier(memory_, runtime_, types_);
    broken_pools_ = pymalloc_.visit([&](const Block& block) { nodes_.add(classifier.classify(block)); },
                                    [](RemoteAddr, std::uint64_t, Unused) {});
    if (glibc_) {
        glibc_->for_each_block([&](const Block& block) {
            if (pymalloc_.arena_at(block.address) == nullptr) { nodes_.add(classifier.classify(block)); }
        });
    }
    nodes_.index();
}

ObjectGraph& Heap::make_graph() {
    if (!graph_) { graph_ = std::make_unique<ObjectGraph>(memory_, runtime_, types_, nodes_); }
    return *graph_;
}

const ObjectGraph& Heap::graph() { return make_graph(); }

const Roots& Heap::roots() {
    if (!roots_) {
        roots_ = find_roots(memory_, runtime_, types_, stacks_, make_graph());
        for (std::size_t index = 0; index < roots_->all.size(); ++index) {
            root_of_.emplace(roots_->all[index].node, index);
        }
    }
    return *roots_;
}

const Root* Heap::root_at(NodeId node) {
    const Roots& known = roots();
    const auto found = root_of_.find(node);
    return found == root_of_.end() ? nullptr : &known.all[found->second];
}

const Dominators& Heap::dominators() {
    if (!dominators_) {
        std::vector<NodeId> nodes;
        for (const Root& root : roots().all) { nodes.push_back(root.node); }
        dominators_.emplace(make_graph().edges(), nodes, [this](NodeId node) { return nodes_[node].size(); });
    }
    return *dominators_;
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/object_graph.h"

#include <algorithm>
#include <cstring>

#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kLowest = 1U << 16U;
constexpr std::uint64_t kHighest = std::uint64_t{1} << 47U;

// Memory of which nothing is known and that is larger than this is most likely numbers or text.
constexpr std::uint64_t kLargestUnknown = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostUnknown = std::uint64_t{1} << 26U;  // bytes of what lies in no block
constexpr std::size_t kMostOutside = std::size_t{1} << 28U;      // references of what lies in no block
constexpr std::size_t kSample = 512;                             // words of a large one

}  // namespace

// Nodes are fewer than this (Nodes::add): what an object says is its own is marked so until all have said so.
constexpr NodeId kOwns = NodeId{1} << 31U;

// Takes what one node refers to.
class ObjectGraph::Collector final : public ReferenceSink {
public:
    explicit Collector(ObjectGraph& graph) : graph_(graph) {}

    void refers(RemoteAddr to) override {
        if (const NodeId node = graph_.resolve(to); node != kNoNode) { graph_.edges_.add(node); }
    }
    std::uint64_t owns(RemoteAddr block, Owned what) override {
        const NodeId node = graph_.nodes_.holding(block);
        if (node == kNoNode) { return block.is_null() ? 0 : graph_.take_unknown(); }
        if (graph_.nodes_[node].address() != block || graph_.nodes_[node].is_object()) { return 0; }
        const bool is_new = graph_.owned_[node] == Owning::kNobody;
        graph_.owned_[node] = what == Owned::kKeys ? Owning::kKeys : Owning::kKnown;
        graph_.edges_.add(node | kOwns);
        return is_new ? graph_.nodes_[node].size() : 0;
    }

private:
    ObjectGraph& graph_;
};

ObjectGraph::ObjectGraph(const Memory& memory, const Runtime& runtime, TypeTable& types, Nodes& nodes)
    : memory_(memory),
      layout_(*runtime.layout),
      statics_(runtime.statics),
      nodes_(nodes),
      types_(types),
      references_(memory, runtime, types),
      classifier_(memory, runtime, types),
      owned_(nodes.blocks(), Owning::kNobody) {
    add_references();
    find_held();
    settle_edges();
}

NodeId ObjectGraph::resolve(RemoteAddr address) {
    const std::uint64_t value = address.value();
    if (value < kLowest || value >= kHighest || value % 8 != 0) { return kNoNode; }
    const NodeId node = nodes_.at(address);
    if (node != kNoNode) { return nodes_[node].is_free() ? kNoNode : node; }
    if (statics_.at(address) == nullptr) { return kNoNode; }
    const TypeId type = classifier_.classify_static(address);
    return type == kNoType ? kNoNode : nodes_.add_static(address, type);
}

// Objects first: they say which of the other blocks are theirs. Objects in no block come to the end of the nodes while
// they are found.
void ObjectGraph::add_references() {
    // As many as there are words, and as many again where no block is known.
    std::uint64_t bytes = 0;
    for (NodeId node = 0; node < nodes_.size(); ++node) { bytes += nodes_[node].size(); }
    edges_.reserve(std::size_t{nodes_.size()} * 2, bytes / sizeof(std::uint64_t) + kMostOutside);
    for (NodeId node = 0; node < nodes_.size(); ++node) {
        if (nodes_[node].is_object()) { collect(node); }
    }
    for (NodeId node = 0; node < nodes_.blocks(); ++node) {
        if (!nodes_[node].is_object() && !nodes_[node].is_free()) { collect(node); }
    }
    add_new_nodes();
}

void ObjectGraph::add_new_nodes() {
    while (edges_.size() < nodes_.size()) {
        const NodeId node = edges_.size();
        collect(node);
        if (settled_) { settle_edges_of(node); }
    }
}

// Under an allocator that nobody here can read, items of containers lie where no block is known. Many objects that
// claim the same memory must not be an endless number of references.
std::uint64_t ObjectGraph::take_unknown() {
    if (unknown_left_ == 0) { return 0; }
    --unknown_left_;
    return kMostUnknown;
}

void ObjectGraph::collect(NodeId from) {
    edges_.begin(from);
    const Node node = nodes_[from];  // a copy: nodes are added meanwhile
    Collector sink(*this);
    if (node.is_static()) {
        references_.of_object(node.object(), node.type(), types_[node.type()].basic_size, sink);
    } else if (node.is_object()) {
        references_.of_object(node.object(), node.type(), node.size() - node.front(), sink);
    } else if (owned_[from] == Owning::kKeys) {
        references_.of_keys(node.address(), sink);
    } else if (owned_[from] == Owning::kNobody && may_refer(from)) {
        references_.of_words(node.address(), node.size(), sink);
    }
}

// A quarter of the first words of a large block must be references: so it is with arrays of objects.
bool ObjectGraph::may_refer(NodeId block) {
    const Node node = nodes_[block];
    if (node.size() <= kLargestUnknown) { return true; }
    const std::byte* words = memory_.view(node.address(), kSample * 8);
    std::size_t set = 0;
    std::size_t references = 0;
    for (std::size_t index = 0; words != nullptr && index < kSample; ++index) {
        std::uint64_t word = 0;
        std::memcpy(&word, words + index * 8, sizeof word);
        if (word == 0) { continue; }
        ++set;
        if (resolve(RemoteAddr(word)) != kNoNode) { ++references; }
    }
    return set > 8 && references * 4 > set;
}

// As many references as the object says that there are; 0 if it is immortal.
std::uint64_t ObjectGraph::reference_count(const Node& node) const {
    constexpr std::uint64_t kImmortal = std::uint64_t{1} << 31U;
    const std::uint64_t count = memory_.word(node.object());
    if (layout_.at_least(12)) { return (count & kImmortal) != 0 ? 0 : count & 0xffff'ffffU; }
    return count;
}

void ObjectGraph::find_held() {
    std::vector<std::uint32_t> found(nodes_.size());
    for (const NodeId target : edges_.targets()) { ++found[target & ~kOwns]; }
    is_explained_.resize(nodes_.blocks());
    for (NodeId node = 0; node < nodes_.blocks(); ++node) {
        if (!nodes_[node].is_object()) {
            is_explained_[node] = is_owned(node);
            continue;
        }
        const std::uint64_t count = reference_count(nodes_[node]);
        if (count == 0) { continue; }
        ++check_.objects;
        if (count == found[node]) { ++check_.as_counted; }
        if (count > found[node]) { held_.push_back(node); }
        is_explained_[node] = count <= found[node];
    }
}

// What is the memory of one object is no other's, though its address may lie about. And the globals of functions are
// the module that they are in: who refers to the dictionary of a module refers to the module. So a module holds what is
// in it, and not all of its functions together.
void ObjectGraph::settle_edges() {
    is_module_dict_.resize(nodes_.size());
    for (NodeId node = 0; node < nodes_.size(); ++node) {
        const Node& module = nodes_[node];
        if (!module.is_object() || types_[module.type()].kind != Kind::kModule) { continue; }
        const NodeId dict = nodes_.at(RemoteAddr(memory_.word(module.object() + kModuleDict)));
        if (dict != kNoNode) { modules_.emplace(dict, node); }
    }
    for (const auto& [dict, module] : modules_) { is_module_dict_[dict] = true; }
    for (NodeId node = 0; node < edges_.size(); ++node) { settle_edges_of(node); }
    settled_ = true;
}

void ObjectGraph::settle_edges_of(NodeId node) {
    edges_.rewrite(node, [&](NodeId marked) {
        const NodeId target = marked & ~kOwns;
        if (marked == target && is_owned(target)) { return kNoNode; }
        const bool is_dict = target < is_module_dict_.size() && is_module_dict_[target];
        return is_dict && module_of(target) != node ? module_of(target) : target;
    });
}

}  // namespace memray::heap

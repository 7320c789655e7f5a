// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/object_graph.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "injector/base/error.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kLowest = 1U << 16U;
constexpr std::uint64_t kHighest = std::uint64_t{1} << 47U;
constexpr std::uint64_t kModuleDict = 16;  // PyModuleObject.md_dict

// Memory of which nothing is known and that is larger than this is most likely numbers or text.
constexpr std::uint64_t kLargestUnknown = std::uint64_t{1} << 20U;
constexpr std::size_t kSample = 512;  // words of a large one

}  // namespace

// Takes what one node refers to.
class ObjectGraph::Collector final : public ReferenceSink {
public:
    explicit Collector(ObjectGraph& graph) : graph_(graph) {}

    void refers(RemoteAddr to) override {
        if (const NodeId node = graph_.resolve(to); node != kNoNode) { graph_.targets_.push_back(node); }
    }
    void owns(RemoteAddr block, Owned what) override {
        const NodeId node = block.is_null() ? kNoNode : graph_.nodes_.at(block);
        if (node == kNoNode || node >= graph_.owned_.size() || graph_.nodes_[node].is_object()) { return; }
        graph_.owned_[node] = what == Owned::kKeys ? Owning::kKeys : Owning::kKnown;
        graph_.targets_.push_back(node);
    }

private:
    ObjectGraph& graph_;
};

ObjectGraph::ObjectGraph(const Memory& memory, const Runtime& runtime, TypeTable& types, Nodes& nodes)
    : memory_(memory),
      nodes_(nodes),
      types_(types),
      references_(memory, runtime, types),
      classifier_(memory, runtime, types),
      static_memory_(memory),
      owned_(nodes.blocks(), Owning::kNobody) {
    add_references();
    redirect_module_dicts();
    targets_.shrink_to_fit();
}

NodeId ObjectGraph::resolve(RemoteAddr address) {
    const std::uint64_t value = address.value();
    if (value < kLowest || value >= kHighest || value % 8 != 0) { return kNoNode; }
    const NodeId node = nodes_.at(address);
    if (node != kNoNode) { return nodes_[node].is_free() ? kNoNode : node; }
    if (!static_memory_.contains(address)) { return kNoNode; }
    const TypeId type = classifier_.classify_static(address);
    return type == kNoType ? kNoNode : nodes_.add_static(address, type);
}

// Objects first: they say which of the other blocks are theirs. Objects in no block come to the end of the nodes while
// they are found.
void ObjectGraph::add_references() {
    targets_.reserve(std::size_t{nodes_.size()} * 2);
    for (NodeId node = 0; node < nodes_.size(); ++node) {
        if (nodes_[node].is_object()) { collect(node); }
    }
    for (NodeId node = 0; node < nodes_.blocks(); ++node) {
        if (!nodes_[node].is_object() && !nodes_[node].is_free()) { collect(node); }
    }
    for (NodeId node = nodes_.blocks(); node < nodes_.size(); ++node) {  // those that other memory refers to
        if (node >= ends_.size() || ends_[node] == 0) { collect(node); }
    }
    begins_.resize(nodes_.size());
    ends_.resize(nodes_.size());
}

void ObjectGraph::collect(NodeId from) {
    if (from >= begins_.size()) {
        begins_.resize(nodes_.size());
        ends_.resize(nodes_.size());
    }
    const std::size_t begin = targets_.size();
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
    if (targets_.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw base::Error("This heap has more references than memray can number");
    }
    begins_[from] = static_cast<std::uint32_t>(begin);
    ends_[from] = static_cast<std::uint32_t>(targets_.size());
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

// The globals of functions are the module that they are in: who refers to the dictionary of a module refers to the
// module. So a module holds what is in it, and not all of its functions together.
void ObjectGraph::redirect_module_dicts() {
    std::vector<std::pair<NodeId, NodeId>> modules;  // of a dictionary
    for (NodeId node = 0; node < nodes_.size(); ++node) {
        const Node& module = nodes_[node];
        if (!module.is_object() || types_[module.type()].kind != Kind::kModule) { continue; }
        const NodeId dict = nodes_.at(RemoteAddr(memory_.word(module.object() + kModuleDict)));
        if (dict != kNoNode) { modules.emplace_back(dict, node); }
    }
    std::sort(modules.begin(), modules.end());
    const auto module_of = [&modules](NodeId dict) {
        const auto found = std::lower_bound(modules.begin(), modules.end(), std::pair{dict, NodeId{0}});
        return found != modules.end() && found->first == dict ? found->second : kNoNode;
    };
    std::vector<bool> is_dict(nodes_.size());
    for (const auto& [dict, module] : modules) { is_dict[dict] = true; }
    for (NodeId node = 0; node < nodes_.size(); ++node) {
        for (std::uint32_t at = begins_[node]; at < ends_[node]; ++at) {
            NodeId& target = targets_[at];
            if (is_dict[target] && module_of(target) != node) { target = module_of(target); }
        }
    }
}

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/nodes.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "injector/base/error.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kMostAddress = std::uint64_t{1} << 47U;
constexpr std::uint64_t kAddressBits = (std::uint64_t{1} << 48U) - 1;
constexpr std::uint64_t kMostUnits = kAddressBits;

std::uint64_t units_of(std::uint64_t bytes) { return std::min(bytes / 8 + (bytes % 8 == 0 ? 0 : 1), kMostUnits); }

}  // namespace

Node::Node(const Classified& found)
    : address_(found.block.address.value() & kAddressBits),
      size_high_(units_of(found.block.size) >> 32U & 0xffffU),
      size_low_(static_cast<std::uint32_t>(units_of(found.block.size))),
      type_(found.type & 0xff'ffffU),
      front_((found.front / kFrontUnit) & 3U),
      free_(found.free ? 1 : 0) {}

Node::Node(RemoteAddr address, TypeId type)
    : address_(address.value() & kAddressBits), type_(type & 0xff'ffffU), static_(1) {}

void Nodes::add(const Classified& found) {
    constexpr std::size_t kMost = std::numeric_limits<NodeId>::max() - 1;
    if (found.block.address.value() >= kMostAddress || found.block.size == 0) { return; }
    if (nodes_.size() >= kMost / 2) { throw base::Error("This heap has more blocks than memray can number"); }
    if (nodes_.empty() || found.block.address < nodes_.back().address()) {
        run_begins_.push_back(static_cast<NodeId>(nodes_.size()));
    }
    nodes_.emplace_back(found);
}

// Allocators tell their blocks in runs that go up, and that lie apart from each other: then it is enough to put the
// runs in order.
void Nodes::sort() {
    const auto by_address = [](const Node& one, const Node& other) { return one.address() < other.address(); };
    if (run_begins_.size() > 1) {
        std::vector<std::pair<NodeId, NodeId>> runs;
        for (std::size_t run = 0; run < run_begins_.size(); ++run) {
            runs.emplace_back(run_begins_[run], run + 1 < run_begins_.size() ? run_begins_[run + 1] : size());
        }
        std::sort(runs.begin(), runs.end(), [&](const auto& one, const auto& other) {
            return nodes_[one.first].address() < nodes_[other.first].address();
        });
        std::vector<Node> sorted;
        sorted.reserve(nodes_.size());
        for (const auto& [begin, end] : runs) {
            sorted.insert(sorted.end(), nodes_.begin() + begin, nodes_.begin() + end);
        }
        nodes_ = std::move(sorted);
    }
    if (!std::is_sorted(nodes_.begin(), nodes_.end(), by_address)) {
        std::stable_sort(nodes_.begin(), nodes_.end(), by_address);
    }
}

void Nodes::remove_overlaps() {
    std::uint64_t end = 0;
    const auto overlaps = [&end](const Node& node) {
        if (node.address().value() < end) { return true; }
        end = node.address().value() + node.size();
        return false;
    };
    nodes_.erase(std::remove_if(nodes_.begin(), nodes_.end(), overlaps), nodes_.end());
}

Nodes::Chunk& Nodes::chunk_of(std::uint64_t number) {
    if (chunks_.empty()) { chunks_.resize(std::size_t{1} << (kTopBits - kLeafBits)); }
    std::vector<Chunk>& leaf = chunks_[number >> kLeafBits];
    if (leaf.empty()) { leaf.resize(std::size_t{1} << kLeafBits); }
    return leaf[number & ((1U << kLeafBits) - 1)];
}

const Nodes::Chunk* Nodes::find_chunk(std::uint64_t number) const {
    if (number >> kTopBits != 0 || chunks_.empty()) { return nullptr; }
    const std::vector<Chunk>& leaf = chunks_[number >> kLeafBits];
    if (leaf.empty()) { return nullptr; }
    const Chunk& chunk = leaf[number & ((1U << kLeafBits) - 1)];
    return chunk.known ? &chunk : nullptr;
}

void Nodes::index() {
    sort();
    remove_overlaps();
    nodes_.shrink_to_fit();
    blocks_ = size();
    for (NodeId id = 0; id < blocks_; ++id) {
        const std::uint64_t begin = nodes_[id].address().value();
        const std::uint64_t last = std::min(begin + nodes_[id].size(), kMostAddress) - 1;
        Chunk& first = chunk_of(begin >> kChunkBits);
        if (!first.known) { first = {id, kNoNode, true}; }
        if (first.starts == kNoNode) {
            first.starts = static_cast<std::uint32_t>(starts_.size());
            starts_.push_back({});
            first.before = id;
        }
        const std::uint64_t cell = (begin >> kCellBits) & (kWords * 64 - 1);
        starts_[first.starts].bits[cell / 64] |= std::uint64_t{1} << (cell % 64);
        for (std::uint64_t number = (begin >> kChunkBits) + 1; number <= last >> kChunkBits; ++number) {
            Chunk& covered = chunk_of(number);
            if (!covered.known) { covered = {id + 1, kNoNode, true}; }
        }
    }
    for (const std::vector<Chunk>& leaf : chunks_) {
        for (const Chunk& chunk : leaf) {
            if (!chunk.known || chunk.starts == kNoNode) { continue; }
            Starts& starts = starts_[chunk.starts];
            std::uint32_t before = chunk.before;
            for (std::size_t word = 0; word < kWords; ++word) {
                starts.before[word] = before;
                before += static_cast<std::uint32_t>(std::popcount(starts.bits[word]));
            }
        }
    }
}

NodeId Nodes::holding(RemoteAddr address) const {
    const Chunk* chunk = find_chunk(address.value() >> kChunkBits);
    if (chunk == nullptr) { return kNoNode; }
    std::uint32_t count = chunk->before;
    if (chunk->starts != kNoNode) {
        const std::uint64_t cell = (address.value() >> kCellBits) & (kWords * 64 - 1);
        const Starts& starts = starts_[chunk->starts];
        const std::uint64_t up_to = ~std::uint64_t{0} >> (63 - cell % 64);
        count = starts.before[cell / 64] + static_cast<std::uint32_t>(std::popcount(starts.bits[cell / 64] & up_to));
    }
    if (count == 0) { return kNoNode; }
    const Node& node = nodes_[count - 1];
    return address >= node.address() && address - node.address() < node.size() ? count - 1 : kNoNode;
}

NodeId Nodes::first_from(RemoteAddr address) const {
    const auto end = nodes_.begin() + blocks_;
    const auto found = std::lower_bound(nodes_.begin(), end, address,
                                        [](const Node& node, RemoteAddr wanted) { return node.address() < wanted; });
    return found == end ? kNoNode : static_cast<NodeId>(found - nodes_.begin());
}

NodeId Nodes::at(RemoteAddr address) const {
    const NodeId id = holding(address);
    if (id != kNoNode) {
        const Node& node = nodes_[id];
        return address == node.object() ? id : kNoNode;
    }
    const auto found = statics_.find(address.value());
    return found == statics_.end() ? kNoNode : found->second;
}

NodeId Nodes::add_static(RemoteAddr address, TypeId type) {
    const NodeId id = size();
    nodes_.emplace_back(address, type);
    statics_.emplace(address.value(), id);
    return id;
}

}  // namespace memray::heap

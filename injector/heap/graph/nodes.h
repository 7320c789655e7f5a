// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Everything that an allocator has handed out, and the objects that lie elsewhere, as numbered nodes: from a number to
// what is there, and from an address to the number. 16 bytes each, and an eighth of a byte for each 16 of the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "injector/heap/python/classifier.h"

namespace memray::heap {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

class Node {
public:
    Node() = default;
    explicit Node(const Classified& found);
    // An object that no allocator has handed out.
    Node(RemoteAddr address, TypeId type);

    [[nodiscard]] RemoteAddr address() const noexcept { return RemoteAddr(std::uint64_t{address_}); }
    // Bytes of the block; 0 for what lies in no block.
    [[nodiscard]] std::uint64_t size() const noexcept { return (std::uint64_t{size_high_} << 32U | size_low_) * kUnit; }
    [[nodiscard]] bool is_object() const noexcept { return type_ != kNoType && free_ == 0; }
    [[nodiscard]] bool is_free() const noexcept { return free_ != 0; }
    [[nodiscard]] bool is_static() const noexcept { return static_ != 0; }
    // Of an object that has been deallocated, too.
    [[nodiscard]] TypeId type() const noexcept { return type_; }
    // Of the object, behind what is in front of it.
    [[nodiscard]] RemoteAddr object() const noexcept { return address() + front(); }
    [[nodiscard]] std::uint64_t front() const noexcept { return std::uint64_t{front_} * kFrontUnit; }

private:
    static constexpr std::uint64_t kUnit = 8;
    static constexpr std::uint32_t kFrontUnit = 16;

    std::uint64_t address_ : 48 {0};
    std::uint64_t size_high_ : 16 {0};  // in kUnit
    std::uint32_t size_low_{0};
    std::uint32_t type_ : 24 {kNoType};
    std::uint32_t front_ : 2 {0};
    std::uint32_t free_ : 1 {0};
    std::uint32_t static_ : 1 {0};
};
static_assert(sizeof(Node) == 16);

class Nodes {
public:
    // In any order; sorted runs are fastest. Throws base::Error if they are more than can be numbered.
    void add(const Classified& found);
    // After the last add() and before any search. Of blocks that overlap the first is kept.
    void index();

    // The node whose object begins at `address`, or whose block if it is no object; kNoNode if there is none. What is
    // in front of an object is only pointed to by the lists of the garbage collector.
    [[nodiscard]] NodeId at(RemoteAddr address) const;
    // The one whose block `address` lies in.
    [[nodiscard]] NodeId holding(RemoteAddr address) const;

    // The first block that begins at `address` or later; kNoNode if there is none.
    [[nodiscard]] NodeId first_from(RemoteAddr address) const;

    // A node for an object in no block. After index(); `address` is in none of them.
    NodeId add_static(RemoteAddr address, TypeId type);

    [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }
    [[nodiscard]] NodeId size() const noexcept { return static_cast<NodeId>(nodes_.size()); }
    // Those before it are blocks, sorted by address.
    [[nodiscard]] NodeId blocks() const noexcept { return blocks_; }

private:
    static constexpr unsigned kCellBits = 4;    // a cell is 16 bytes: no two blocks begin in one
    static constexpr unsigned kChunkBits = 20;  // 1 MiB
    static constexpr unsigned kTopBits = 47 - kChunkBits;
    static constexpr unsigned kLeafBits = 13;
    static constexpr std::size_t kWords = (std::size_t{1} << (kChunkBits - kCellBits)) / 64;

    // Where blocks begin in a chunk, a bit for each cell; before each word, how many begin before it in all.
    struct Starts {
        std::uint64_t bits[kWords];
        std::uint32_t before[kWords];
    };
    // Of a chunk in which none begins there are no starts.
    struct Chunk {
        std::uint32_t before{0};        // blocks that begin before this chunk
        std::uint32_t starts{kNoNode};  // index in starts_
        bool known{false};
    };

    void sort();
    void remove_overlaps();
    Chunk& chunk_of(std::uint64_t number);
    [[nodiscard]] const Chunk* find_chunk(std::uint64_t number) const;

    std::vector<Node> nodes_;
    std::vector<NodeId> run_begins_;  // where nodes_ goes down
    NodeId blocks_{0};
    std::vector<std::vector<Chunk>> chunks_;
    std::vector<Starts> starts_;
    std::unordered_map<std::uint64_t, NodeId> statics_;
};

}  // namespace memray::heap

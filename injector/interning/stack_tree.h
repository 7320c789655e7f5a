// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All stacks seen of one kind, as one tree: a node is a frame called from its parent. The nodes are the rows of a table
// of the Profile (capture::Stack or capture::NativeStack) with the same numbers; node 0 is the root, the empty stack,
// and a parent's number is below its children's. A hash table of 32-bit cells finds them: five to eight bytes a node.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::interning {

// What tells a node from the others.
constexpr std::uint64_t key_of(const capture::Stack& row) noexcept {
    return (std::uint64_t{row.parent} << 33U) | (std::uint64_t{row.entry} << 32U) | row.frame;
}
constexpr std::uint64_t key_of(const capture::NativeStack& row) noexcept {
    return (std::uint64_t{row.parent} << 32U) | row.frame;
}

template <class Row>
class StackTree {
public:
    static constexpr std::uint32_t kRoot = capture::kRootStack;
    static constexpr unsigned kNodeBits = 27;
    static constexpr std::size_t kMaxNodes = std::size_t{1} << kNodeBits;

    // `rows` holds the root already. Nobody else changes it.
    explicit StackTree(std::vector<Row>& rows) : rows_(rows) { assert(rows.size() == 1); }

    // The node that `row` describes; its parent once the tree is full (counted in rejected()).
    std::uint32_t child(const Row& row) {
        assert(row.parent < rows_.size());
        const std::uint64_t key = key_of(row);
        const std::uint64_t hash = hash_of(key);
        std::size_t at = home_of(hash);
        for (; cells_[at] != 0; at = next(at)) {
            if (((cells_[at] ^ tag_of(hash)) & ~kNodeMask) != 0) { continue; }
            const std::uint32_t node = cells_[at] & kNodeMask;
            if (key_of(rows_[node]) == key) { return node; }
        }
        return add(at, hash, row);
    }

    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

private:
    static constexpr std::uint32_t kNodeMask = kMaxNodes - 1;

    static std::uint64_t hash_of(std::uint64_t key) noexcept {
        const std::uint64_t mixed = (key ^ (key >> 32U)) * 0x9E3779B97F4A7C15ULL;
        return mixed ^ (mixed >> 29U);
    }
    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept {
        return ((hash & 0xffffffffU) * size_) >> 32U;
    }
    // The bits of a cell above the node's number: most cells of other nodes are told by them.
    static std::uint32_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32U) & ~kNodeMask;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept { return at + 1 == size_ ? 0 : at + 1; }

    std::uint32_t add(std::size_t at, std::uint64_t hash, const Row& row) {
        if (rows_.size() >= kMaxNodes) {
            ++rejected_;
            return row.parent;
        }
        const auto node = static_cast<std::uint32_t>(rows_.size());
        rows_.push_back(row);
        cells_[at] = tag_of(hash) | node;
        if (rows_.size() > size_ / 4 * 3) { grow(); }
        assert(rows_.size() < size_);  // else the search for a row that is not there would not end
        return node;
    }

    void grow() {
        size_ = size_ / 2 * 3;
        std::vector<std::uint32_t>().swap(cells_);  // before there is room for the new ones
        cells_.resize(size_);
        for (std::uint32_t node = 1; node < rows_.size(); ++node) {
            const std::uint64_t hash = hash_of(key_of(rows_[node]));
            std::size_t at = home_of(hash);
            while (cells_[at] != 0) { at = next(at); }
            cells_[at] = tag_of(hash) | node;
        }
    }

    std::vector<Row>& rows_;
    std::size_t size_{1024};                                                // of cells_
    std::vector<std::uint32_t> cells_ = std::vector<std::uint32_t>(size_);  // tag | node, 0: empty
    std::uint64_t rejected_{0};
};

}  // namespace memray::interning

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The steps from a stack to one a frame deeper that threads take most: (node, word of a stack record) -> node, where
// the last step with the same hash is remembered. One load, where a frame and then a node of the tree would have to be
// looked up. Words must mean the same for ever.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace memray::collector {

class EdgeCache {
public:
    static constexpr std::uint32_t kNone = 0;  // the root has no caller

    [[nodiscard]] std::uint32_t find(std::uint32_t parent, std::uint64_t word) const noexcept {
        const Edge& edge = edges_[place_of(parent, word)];
        return edge.word == word && edge.parent == parent ? edge.node : kNone;
    }
    void put(std::uint32_t parent, std::uint64_t word, std::uint32_t node) noexcept {
        edges_[place_of(parent, word)] = {word, parent, node};
    }

private:
    struct Edge {
        std::uint64_t word{0};
        std::uint32_t parent{0};
        std::uint32_t node{kNone};
    };
    static constexpr unsigned kBits = 12;

    static std::size_t place_of(std::uint32_t parent, std::uint64_t word) noexcept {
        return ((word ^ (word >> 29U) ^ (std::uint64_t{parent} << 20U)) * 0x9E3779B97F4A7C15ULL) >> (64U - kBits);
    }

    std::array<Edge, std::size_t{1} << kBits> edges_{};
};

}  // namespace memray::collector

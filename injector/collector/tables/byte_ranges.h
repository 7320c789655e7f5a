// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A set of bytes, as ranges [start, end) that neither touch nor overlap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace memray::collector {

class ByteRanges {
public:
    using Piece = std::pair<std::uint64_t, std::uint64_t>;

    void add(std::uint64_t start, std::uint64_t end) {
        auto at = first_near(start);
        while (at != ends_.end() && at->first <= end) {
            start = std::min(start, at->first);
            end = std::max(end, at->second);
            at = ends_.erase(at);
        }
        ends_[start] = end;
    }
    // Those of [start, end) that are in the set, and those that are not, each in order.
    [[nodiscard]] std::vector<Piece> inside(std::uint64_t start, std::uint64_t end) const {
        std::vector<Piece> pieces;
        for (auto at = first_near(start); at != ends_.end() && at->first < end; ++at) {
            const Piece piece{std::max(start, at->first), std::min(end, at->second)};
            if (piece.first < piece.second) { pieces.push_back(piece); }
        }
        return pieces;
    }
    [[nodiscard]] std::vector<Piece> outside(std::uint64_t start, std::uint64_t end) const {
        std::vector<Piece> pieces;
        for (const Piece& piece : inside(start, end)) {
            if (start < piece.first) { pieces.emplace_back(start, piece.first); }
            start = piece.second;
        }
        if (start < end) { pieces.emplace_back(start, end); }
        return pieces;
    }

private:
    using Ends = std::map<std::uint64_t, std::uint64_t>;  // by start

    // The first range that ends at `start` or later.
    [[nodiscard]] Ends::const_iterator first_near(std::uint64_t start) const {
        auto at = ends_.upper_bound(start);
        if (at != ends_.begin() && std::prev(at)->second >= start) { --at; }
        return at;
    }

    Ends ends_;
};

}  // namespace memray::collector

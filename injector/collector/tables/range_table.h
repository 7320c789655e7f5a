// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tracked mappings by address. A mapping may be unmapped in parts, which shrinks or splits it. The slots are the live
// table's; this class only knows where they lie, and what of which file.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace memray::collector {

struct Range {
    std::uint64_t start{0};
    std::uint64_t end{0};
    std::uint32_t slot{0};
    std::uint32_t file{0};    // SharedFiles, of shared memory that is known; else 0
    std::uint64_t offset{0};  // in the file, of `start`
};

class RangeTable {
public:
    // The range must not be empty, nor overlap another one: take_overlapping() first.
    void insert(const Range& range);
    // Takes out all ranges that overlap [start, end), whole, by address. The caller puts back what is left of them.
    [[nodiscard]] std::vector<Range> take_overlapping(std::uint64_t start, std::uint64_t end);
    // Likewise, but they stay.
    [[nodiscard]] std::vector<Range> overlapping(std::uint64_t start, std::uint64_t end) const;
    // By address. `file` is not 0.
    [[nodiscard]] std::vector<Range> of_file(std::uint32_t file) const;
    [[nodiscard]] std::size_t count_of_file(std::uint32_t file) const;
    [[nodiscard]] std::size_t size() const noexcept { return ranges_.size(); }

private:
    using Ranges = std::map<std::uint64_t, Range>;

    [[nodiscard]] Ranges::const_iterator first_behind(std::uint64_t start) const;

    Ranges ranges_;
    std::unordered_map<std::uint32_t, std::set<std::uint64_t>> starts_;  // by file
};

}  // namespace memray::collector

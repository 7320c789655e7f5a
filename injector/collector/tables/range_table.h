// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tracked mappings by address. A mapping may be unmapped in parts, which shrinks or splits it. The slots are the live
// table's; this class only knows where they lie.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace memray::collector {

struct Range {
    std::uint64_t start{0};
    std::uint64_t end{0};
    std::uint32_t slot{0};
};

class RangeTable {
public:
    // The range must not be empty, nor overlap another one: take_overlapping() first.
    void insert(const Range& range);
    // Takes out all ranges that overlap [start, end), whole, by address. The caller puts back what is left of them.
    [[nodiscard]] std::vector<Range> take_overlapping(std::uint64_t start, std::uint64_t end);
    [[nodiscard]] std::size_t size() const noexcept { return ranges_.size(); }

private:
    std::map<std::uint64_t, Range> ranges_;
};

}  // namespace memray::collector

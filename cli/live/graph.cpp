// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/graph.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace memray::live {
namespace {

constexpr std::array kBlocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t kSteps = kBlocks.size() - 1;

}  // namespace

std::vector<std::uint64_t> over_time(const std::vector<capture::Snapshot>& snapshots,
                                     std::uint64_t capture::Snapshot::*value, std::size_t columns) {
    std::vector<std::uint64_t> values(columns);
    if (snapshots.empty() || columns == 0) { return values; }
    const std::int64_t start = snapshots.front().time_ms;
    const auto span = static_cast<double>(snapshots.back().time_ms - start) + 1;
    std::size_t filled = 0;
    for (const capture::Snapshot& snapshot : snapshots) {
        const double share = static_cast<double>(snapshot.time_ms - start) / span;
        const auto column = std::min(columns - 1, static_cast<std::size_t>(share * static_cast<double>(columns)));
        const bool entered = filled < column;
        for (; filled < column; ++filled) { values[filled + 1] = values[filled]; }
        values[column] = entered ? snapshot.*value : std::max(snapshot.*value, values[column]);
    }
    return values;
}

std::vector<std::string> bars(const std::vector<std::uint64_t>& values, std::size_t rows) {
    std::vector<std::string> lines(rows);
    const std::uint64_t largest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    for (const std::uint64_t value : values) {
        const double share = largest == 0 ? 0 : static_cast<double>(value) / static_cast<double>(largest);
        const auto height = static_cast<std::size_t>(std::ceil(share * static_cast<double>(rows * kSteps)));
        for (std::size_t row = 0; row < rows; ++row) {
            const std::size_t below = (rows - 1 - row) * kSteps;
            lines[row] += kBlocks[std::min(kSteps, height > below ? height - below : 0)];
        }
    }
    return lines;
}

}  // namespace memray::live

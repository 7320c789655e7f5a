// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Memory over time in block characters: the whole recording, however long, in the given width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::live {

// The largest value of each of `columns` equal spans of time; a span without a snapshot has the value before it.
[[nodiscard]] std::vector<std::uint64_t> over_time(const std::vector<capture::Snapshot>& snapshots,
                                                   std::uint64_t capture::Snapshot::*value, std::size_t columns);

// `rows` lines from the top; the largest value fills all of them.
[[nodiscard]] std::vector<std::string> bars(const std::vector<std::uint64_t>& values, std::size_t rows);

}  // namespace memray::live

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A selection by place in the source: one row per function and file, lines and callers merged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/selection.h"
#include "injector/capture/profile.h"

namespace memray::report {

inline constexpr std::string_view kUnknownLocation = "???";  // of allocations without a stack

struct LocationRow {
    std::string function;
    std::string file;
    std::uint64_t total_bytes{0};  // allocated by the function and what it called; recursion counts once
    std::uint64_t own_bytes{0};    // allocated by the function itself
    std::uint64_t count{0};        // allocations behind total_bytes
};

enum class LocationOrder : std::uint8_t { kTotal, kOwn, kCount };

// The rows that hold anything, largest first.
[[nodiscard]] std::vector<LocationRow> locations(const capture::Profile& profile, const Selection& selection,
                                                 LocationOrder order);

}  // namespace memray::report

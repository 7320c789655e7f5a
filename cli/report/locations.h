// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A selection by place in the source, callers merged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::report {

inline constexpr std::string_view kUnknownLocation = "???";  // of allocations without a stack

struct LocationRow {
    std::string function;
    std::string file;
    std::uint32_t line{0};         // 0: not known, or rows are functions
    std::uint64_t total_bytes{0};  // allocated by the function and what it called; recursion counts once
    std::uint64_t own_bytes{0};    // allocated by the function itself
    std::uint64_t count{0};        // allocations behind total_bytes
};

enum class LocationOrder : std::uint8_t { kTotal, kOwn, kCount };
enum class LocationUnit : std::uint8_t { kFunction, kLine };  // what a row is: a function of a file, or a line of it

// The rows that hold anything, largest first.
[[nodiscard]] std::vector<LocationRow> locations(const StackView& view, const Selection& selection, LocationOrder order,
                                                 LocationUnit unit = LocationUnit::kFunction);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/quantity.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace memray::cli {
namespace {

struct Unit {
    std::string_view name;  // in lower case
    double bytes;
};
constexpr std::array<Unit, 11> kUnits{{{"", 1},
                                       {"b", 1},
                                       {"k", 1e3},
                                       {"kb", 1e3},
                                       {"m", 1e6},
                                       {"mb", 1e6},
                                       {"g", 1e9},
                                       {"gb", 1e9},
                                       {"kib", 1024},
                                       {"mib", 1024.0 * 1024},
                                       {"gib", 1024.0 * 1024 * 1024}}};

}  // namespace

std::optional<Quantity> parse_quantity(const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value) || value < 0) { return std::nullopt; }
    const std::string unit = CLI::detail::to_lower(std::string(rest, end));
    if (unit == "%") { return Quantity{value, true}; }
    const auto* known =
        std::find_if(kUnits.begin(), kUnits.end(), [&unit](const Unit& entry) { return entry.name == unit; });
    if (known == kUnits.end()) { return std::nullopt; }
    return Quantity{value * known->bytes, false};
}

}  // namespace memray::cli

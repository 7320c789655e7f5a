// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/growth_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "cli/commands/command.h"

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

GrowthLimit::GrowthLimit(const std::string& text) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value_, std::chars_format::fixed);
    const std::string unit = CLI::detail::to_lower(std::string(rest, end));
    percent_ = unit == "%";
    const auto* known =
        std::find_if(kUnits.begin(), kUnits.end(), [&unit](const Unit& entry) { return entry.name == unit; });
    if (error != std::errc{} || !std::isfinite(value_) || value_ < 0 || (!percent_ && known == kUnits.end())) {
        throw UsageError(
            fmt::format("argument --fail-if-grows: '{}' is neither a size (such as 10MB) nor a percentage (5%)", text));
    }
    if (!percent_) { value_ *= known->bytes; }
}

bool GrowthLimit::exceeded(std::uint64_t before, std::uint64_t after) const noexcept {
    if (after <= before) { return false; }
    const auto growth = static_cast<double>(after - before);
    return growth > (percent_ ? value_ / 100 * static_cast<double>(before) : value_);
}

}  // namespace memray::cli

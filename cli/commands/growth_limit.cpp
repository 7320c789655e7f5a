// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/growth_limit.h"

#include <fmt/format.h>

#include "cli/commands/command.h"

namespace memray::cli {

GrowthLimit::GrowthLimit(const std::string& text) {
    const auto quantity = parse_quantity(text);
    if (!quantity) {
        throw UsageError(
            fmt::format("argument --fail-if-grows: '{}' is neither a size (such as 10MB) nor a percentage (5%)", text));
    }
    limit_ = *quantity;
}

bool GrowthLimit::exceeded(std::uint64_t before, std::uint64_t after) const noexcept {
    if (after <= before) { return false; }
    const auto growth = static_cast<double>(after - before);
    return growth > (limit_.percent ? limit_.value / 100 * static_cast<double>(before) : limit_.value);
}

}  // namespace memray::cli

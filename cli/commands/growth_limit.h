// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How much a program's memory may grow: bytes, or a share of what it was.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command_line/quantity.h"

namespace memray::cli {

class GrowthLimit {
public:
    // See parse_quantity(). Throws UsageError for what is none.
    explicit GrowthLimit(const std::string& text);

    [[nodiscard]] bool exceeded(std::uint64_t before, std::uint64_t after) const noexcept;

private:
    Quantity limit_;
};

}  // namespace memray::cli

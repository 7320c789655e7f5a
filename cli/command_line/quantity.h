// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sizes and shares as users write them.
#pragma once

#include <optional>
#include <string>

namespace memray::cli {

struct Quantity {
    double value{0};  // bytes, or per cent
    bool percent{false};
};

// "10MB", "512kB", "1.5GiB", "1000" (bytes), "5%". Nothing for anything else.
[[nodiscard]] std::optional<Quantity> parse_quantity(const std::string& text);

}  // namespace memray::cli

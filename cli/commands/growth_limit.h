// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How much a program's memory may grow: bytes, or a share of what it was.
#pragma once

#include <cstdint>
#include <string>

namespace memray::cli {

class GrowthLimit {
public:
    // "10MB", "512kB", "1.5GiB", "1000" (bytes), "5%". Throws UsageError for anything else.
    explicit GrowthLimit(const std::string& text);

    [[nodiscard]] bool exceeded(std::uint64_t before, std::uint64_t after) const noexcept;

private:
    double value_{0};  // bytes or per cent
    bool percent_{false};
};

}  // namespace memray::cli

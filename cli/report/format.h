// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How reports write numbers.
#pragma once

#include <cstdint>
#include <string>

namespace memray::report {

// SI units, three decimals: "960.000B", "20.059MB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

// "12.34%"; a part of nothing is "0.00%".
[[nodiscard]] std::string percent_text(std::uint64_t part, std::uint64_t whole);

// UTC, "2026-11-22 22:35:00.884000+00:00"; without the fraction if it is zero.
[[nodiscard]] std::string time_text(std::int64_t milliseconds);

// The same without the fraction, for people.
[[nodiscard]] std::string second_text(std::int64_t milliseconds);

// "12 s", "5 min 3 s", "3 h 12 min", "2 d 5 h".
[[nodiscard]] std::string duration_text(std::int64_t milliseconds);

// "1 allocation", "5 allocations".
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& noun);

}  // namespace memray::report

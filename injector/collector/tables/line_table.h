// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Decodes the line tables of CPython's code objects: co_lnotab up to 3.9, co_linetable of 3.10, the location table of
// 3.11 and later. Tables come from the target, so any bytes are accepted.
#pragma once

#include <cstdint>
#include <string_view>

namespace memray::collector {

// The source line of the instruction at byte `offset`; `first_line` if the offset is negative, beyond the table, or
// belongs to no line.
[[nodiscard]] std::uint32_t line_of(std::string_view table, std::uint32_t hex_version, std::uint32_t first_line,
                                    std::int32_t offset);

}  // namespace memray::collector

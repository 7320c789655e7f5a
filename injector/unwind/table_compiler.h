// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// From .eh_frame to the table that a walk uses (payload/wire/unwind_table.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "injector/unwind/eh_frame.h"

namespace memray::unwind {

struct CompiledTable {
    std::vector<std::uint8_t> bytes;  // as in payload/wire/unwind_table.h; empty if there are no rows
    std::size_t unsupported_rows{0};  // that say "stop here" though the section says more
};

// `image`: the address that the rows count from. Functions before it, or 4 GiB after it, are left out.
[[nodiscard]] CompiledTable compile_table(const EhFrame& section, std::uint64_t image);

}  // namespace memray::unwind

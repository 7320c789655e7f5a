// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The rule for an address of a file as elfutils' own interpreter of call frame information sees it.
#pragma once

#include <elfutils/libdw.h>

#include <optional>

#include "payload/wire/unwind_table.h"

namespace memray::tests {

struct ExpectedRule {
    std::uint64_t begin{0};  // valid for [begin, end)
    std::uint64_t end{0};
    wire::UnwindRule rule;
};

// Nothing where elfutils knows no function, or cannot read what is said of it.
[[nodiscard]] std::optional<ExpectedRule> expected_rule(Dwarf_CFI* cfi, std::uint64_t address);

}  // namespace memray::tests

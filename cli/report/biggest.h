// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks that hold most of a selection, and what is left when only those are shown.
#pragma once

#include <cstddef>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::report {

struct Biggest {
    Selection selection;  // nothing at the other sites
    std::size_t others{0};
    capture::Amount of_others;
};

// The `most` stacks of the view with the most bytes; all sites of such a stack are in.
[[nodiscard]] Biggest biggest(const StackView& view, const Selection& selection, std::size_t most);

}  // namespace memray::report

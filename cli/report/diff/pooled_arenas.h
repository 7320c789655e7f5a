// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Python's pymalloc takes an arena wherever it runs dry, which is chance: at another line in each run of the same
// program. Where runs are compared, arenas therefore are one row, without a caller.
#pragma once

#include <vector>

#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

// `sites`: of the view. Sites that are left out stay so.
void pool_arenas(const std::vector<capture::Site>& sites, StackView& view);

}  // namespace memray::report

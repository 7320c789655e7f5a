// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is recorded of a process.
#pragma once

#include "injector/region/region_sizes.h"

namespace memray::region {

struct RecordingPlan {
    bool trace_python_allocators{false};
    bool native{false};
    bool follow_forks{false};
    bool follow_execs{false};  // only with the above
    RegionSizes sizes;
};

}  // namespace memray::region

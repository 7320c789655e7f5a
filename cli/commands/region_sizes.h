// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Other sizes of the shared memory, for tests, which need rings that are full all the time.
#pragma once

#include "injector/region/region_sizes.h"

namespace memray::cli {

// Those in $MEMRAY_SLOTS and $MEMRAY_RING_WORDS, if they are set.
void override_sizes(region::RegionSizes& sizes);

}  // namespace memray::cli

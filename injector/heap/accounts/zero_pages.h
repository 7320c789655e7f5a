// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Pages of zeros: what a process sees where it reads memory that it never wrote. All processes share one such page,
// which counts nowhere as resident, but in page tables it is there.
#pragma once

#include <vector>

#include "injector/heap/accounts/smaps.h"
#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

// Without them: where the kernel did not say which they are, of each mapping as many of those that may be as the kernel
// does not count there.
[[nodiscard]] ResidentPages without_zero_pages(const ResidentPages& pages, const std::vector<MappingUse>& mappings);

}  // namespace memray::heap

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Descriptors that a process which was killed in the middle of an attach left in the target.
#pragma once

#include <sys/types.h>

#include <vector>

#include "injector/region/remote_file.h"

namespace memray::injection {

// Of memory files with the names that we give them. A recording keeps none.
[[nodiscard]] std::vector<int> leftover_descriptors(pid_t pid);
// Those of `descriptors` that still are such. Throws base::Error.
void close_leftovers(region::RemoteSystem& system, pid_t pid, const std::vector<int>& descriptors);

}  // namespace memray::injection

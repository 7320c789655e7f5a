// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One profile of several processes. Every stack begins with a frame that stands for its process: "process <pid>", with
// the command line as its file. Metadata::pid is 0, which says that it is of several processes, and makes the frames of
// a profile that is merged again stay as they are.
#pragma once

#include "injector/merge/merged_time.h"

namespace memray::merge {

// Allocations, leaks, sizes and allocators are sums. The peak is that of find_peak(); the curve is that of all.
// Shared memory counts once (shared_once.h).
[[nodiscard]] capture::Profile merge(Profiles profiles);

}  // namespace memray::merge

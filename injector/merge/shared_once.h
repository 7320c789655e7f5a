// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Shared memory that several processes map is there once. One of them keeps it: of those that hold it to the last, or
// nearly, the one that maps most of it, or among equals the one that had it first. In the others it becomes
// kSharedAgain, and their sums are without it: different parts of a file in different processes are not added up.
#pragma once

#include "injector/merge/merged_time.h"

namespace memray::merge {

void count_shared_once(Profiles& profiles);

}  // namespace memray::merge

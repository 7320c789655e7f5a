// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How /proc/PID/pagemap is read: by PAGEMAP_SCAN, which skips what is not there, or as a table of all pages.
#pragma once

#include <sys/types.h>

#include <span>
#include <vector>

#include "injector/heap/memory/resident_pages.h"

namespace memray::heap {

// Sorted. Throws base::Error if the pages may not be looked at.
[[nodiscard]] std::vector<PageSpan> read_page_spans(pid_t pid, std::span<const Range> ranges);

// By the table alone, as on kernels before 6.7: time and reading grow with the size of the ranges, and pages of zeros
// are not told apart from those that are shared since a fork.
[[nodiscard]] std::vector<PageSpan> read_page_table(pid_t pid, std::span<const Range> ranges);

}  // namespace memray::heap

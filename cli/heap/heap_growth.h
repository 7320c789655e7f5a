// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What has grown between two looks at heaps.
#pragma once

#include <cstddef>
#include <string>

#include "cli/heap/heap_report.h"

namespace memray::heap_report {

// What heap_json() has written. `name` is for errors. Throws base::Error if it is something else.
[[nodiscard]] HeapReport read_heap_json(const std::string& text, const std::string& name);

// Types and holders that grew, and that shrank: so many of each, the largest changes first.
[[nodiscard]] std::string growth_text(const HeapReport& before, const HeapReport& after, std::size_t rows, bool colour);
[[nodiscard]] std::string growth_json(const HeapReport& before, const HeapReport& after);

}  // namespace memray::heap_report

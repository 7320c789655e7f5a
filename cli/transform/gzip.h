// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// gzip in memory.
#pragma once

#include <string>
#include <string_view>

namespace memray::transform {

// The same bytes for the same content: no name, no time. Throws base::Error if memory is short.
[[nodiscard]] std::string gzipped(std::string_view content);

}  // namespace memray::transform

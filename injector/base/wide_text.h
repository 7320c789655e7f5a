// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Text of the target as it lies in memory (PEP 393) to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace memray::base {

// `width` is 1 (latin-1), 2 or 4 bytes a character; anything else gives "". Lone surrogates and numbers that are no
// characters become U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes, unsigned width);

}  // namespace memray::base

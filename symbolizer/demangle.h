// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Names as the programmer wrote them.
#pragma once

#include <string>

namespace memray::symbolizer {

// C++ and both manglings of Rust; anything else comes back as it is.
[[nodiscard]] std::string demangled(const std::string& name);

}  // namespace memray::symbolizer

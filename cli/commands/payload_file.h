// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the library is that gets loaded into targets.
#pragma once

#include <string>

namespace memray::cli {

// Beside this program, in the layout of the build or of the installation. Throws base::Error if it is not there.
[[nodiscard]] std::string find_payload();

}  // namespace memray::cli

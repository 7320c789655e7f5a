// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which native frames symbols are of. Symbols can be stored apart from their capture, and a capture can be recorded
// anew under its old name: symbols with another key are not its own.
#pragma once

#include <cstdint>

#include "injector/capture/profile.h"

namespace memray::capture {

// A hash of the modules and native frames.
[[nodiscard]] std::uint64_t symbols_key(const Profile& profile);

}  // namespace memray::capture

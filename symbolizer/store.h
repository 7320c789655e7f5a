// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keeps symbols with their capture, wherever that can be written.
#pragma once

#include <string>

#include "injector/capture/profile.h"

namespace memray::symbolizer {

// Where symbols went.
enum class Stored { kInCapture, kBeside, kNowhere };

// Writes `symbols` into the capture, or beside it if it is read-only; kNowhere if its folder is read-only, too.
// Throws base::Error.
[[nodiscard]] Stored store(const std::string& path, const capture::Profile& profile, const capture::Symbols& symbols);

}  // namespace memray::symbolizer

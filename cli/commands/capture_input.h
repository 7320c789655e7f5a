// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the capture a report is about; errors say which file and why.
#pragma once

#include <functional>
#include <string>

#include "injector/capture/event.h"
#include "injector/capture/profile.h"

namespace memray::cli {

// Throws base::Error: "No such file: F", "Failed to parse allocation records in F: <reason>".
[[nodiscard]] capture::Profile load_profile(const std::string& path);
void load_events(const std::string& path, const std::function<void(const capture::Event&)>& visit);

}  // namespace memray::cli

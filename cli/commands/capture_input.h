// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the capture a report is about; errors say which file and why.
#pragma once

#include <functional>
#include <string>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"

namespace memray::cli {

// Throws base::Error: "No such file: F", "Failed to parse allocation records in F: <reason>". Native frames have their
// names, as far as they can be found.
[[nodiscard]] capture::Profile load_profile(const std::string& path);
// Just what the capture says.
[[nodiscard]] capture::Profile load_recorded_profile(const std::string& path);
void load_events(const std::string& path, const std::function<void(const capture::Event&)>& visit);

}  // namespace memray::cli

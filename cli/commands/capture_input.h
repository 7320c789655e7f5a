// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the capture a report is about; errors say which file and why.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"

namespace memray::cli {

inline constexpr const char* kParsing = "parse allocation records in";

// Throws base::Error: "No such file: F", "Failed to <attempt> F. Reason: <reason>". Native frames have their names, as
// far as they can be found.
[[nodiscard]] capture::Profile load_profile(const std::string& path, const std::string& attempt = kParsing);
// Just what the capture says. One that is not there is a reason like others.
[[nodiscard]] capture::Profile load_recorded_profile(const std::string& path, const std::string& attempt = kParsing);
// Makes a profile of that capture one of what happened in this time: see capture::read_period().
void load_period(const std::string& path, std::int64_t from_ms, std::int64_t to_ms, capture::Profile& profile);
void load_events(const std::string& path, const std::function<void(const capture::Event&)>& visit);

}  // namespace memray::cli

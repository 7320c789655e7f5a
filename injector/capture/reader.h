// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads capture files, which may be truncated, torn, corrupt or hostile: whatever whole sections there are get used,
// and Metadata::incomplete says what is missing. Throws base::Error with one line for anything that cannot be read as a
// capture.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"

namespace memray::capture {

// Called with the share done (0 to 1), at most about 10 times a second. May be empty.
using Progress = std::function<void(double)>;

// The finished tables of a capture. If the recorder was killed before it wrote them, they are computed from the
// event log (that is when `progress` is called).
[[nodiscard]] Profile read_profile(const std::string& path, const Progress& progress = {});

// Makes a profile that read_profile() gave for this capture one of what happened from `from_ms` on and before `to_ms`
// (since the epoch): see Period. It has to have an event log: not be aggregated.
void read_period(const std::string& path, std::int64_t from_ms, std::int64_t to_ms, Profile& profile,
                 const Progress& progress = {});

// Calls `visit` with each event of the log in order; with none for an aggregated capture.
void read_events(const std::string& path, const std::function<void(const Event&)>& visit,
                 const Progress& progress = {});

}  // namespace memray::capture

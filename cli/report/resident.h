// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the processes of a capture held beside what was recorded: before the recording began, and as the kernel counts
// it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

// "start", "attached", "forked"; "start", "heap_peak", "own_peak", "end".
[[nodiscard]] std::string_view beginning_name(capture::Beginning beginning);
[[nodiscard]] std::string_view moment_name(capture::Moment moment);

// What has to be said first of a recording that did not begin with its program: what was there already, and how much of
// that has been freed since. Of a merged capture, of each such process. Empty for all others.
[[nodiscard]] std::vector<std::string> beginning_lines(const capture::Profile& profile);

// Resident memory at each moment, in one line; empty if it is not known, or of several processes.
[[nodiscard]] std::string resident_line(const capture::Profile& profile);

// The same at length, a line for each process and moment, and for its cgroup.
[[nodiscard]] std::vector<std::string> resident_lines(const capture::Profile& profile);

// An object for each process of the capture: how its recording began, and what was resident.
[[nodiscard]] nlohmann::ordered_json resident_json(const capture::Profile& profile);

}  // namespace memray::report

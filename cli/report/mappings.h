// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Mappings that are not memory: reservations, files, and shared memory that counts elsewhere. Reports show them beside
// their sums, or, if they are asked to, as part of them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

// Every sum of the profile is of memory alone afterwards: sites that are not are empty, and what they held is in
// Profile::beside.
void leave_out_mappings(capture::Profile& profile);
// Every sum is of all that was mapped or allocated; the peak is the moment when that was most.
void count_mappings(capture::Profile& profile);

// What sites hold that is no memory, in a profile whose mappings were not left out: "300.000MB of files, private".
// Empty if that is nothing.
[[nodiscard]] std::string mapped_now(const capture::Profile& profile);

// What is beside the sums, at the peak and at the end; empty if there is nothing.
[[nodiscard]] std::string beside_line(const capture::Profile& profile);
[[nodiscard]] std::vector<std::string> beside_lines(const capture::Profile& profile);
// An object for each kind: "kind", "text" (what follows a size), "peak_bytes", "peak_count", "leaked_bytes",
// "leaked_count".
[[nodiscard]] nlohmann::ordered_json beside_json(const capture::Profile& profile);

// That some of the peak cannot have been resident, as less was; empty if all can.
[[nodiscard]] std::string not_resident_note(const capture::Profile& profile);

}  // namespace memray::report

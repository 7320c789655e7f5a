// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A capture as text, one record per line: `memray parse`.
#pragma once

#include <string>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"

namespace memray::report {

// Explains the records, for --help.
[[nodiscard]] std::string dump_legend();

// Everything before the events: HEADER and the tables.
[[nodiscard]] std::string dump_tables(const capture::Profile& profile);
[[nodiscard]] std::string dump_event(const capture::Event& event);
// The last line.
[[nodiscard]] std::string dump_trailer(const capture::Profile& profile);

}  // namespace memray::report

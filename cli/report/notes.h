// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a reader must know about a capture before trusting its numbers: how the program ended and what was not recorded.
#pragma once

#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

// "exited with code 3", "killed by signal 9 (SIGKILL)", ...
[[nodiscard]] std::string ending_text(const capture::Ending& ending);

// One sentence per kind of loss; empty if everything was recorded.
[[nodiscard]] std::vector<std::string> loss_notes(const capture::Metadata& metadata);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a reader must know about a capture before trusting its numbers: what it is of, how the program ended, what was
// not recorded, and since when.
#pragma once

#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

// "exited with code 3", "killed by signal 9 (SIGKILL)", ...
[[nodiscard]] std::string ending_text(const capture::Ending& ending);

// When tracking started and ended, and how much of what was freed meanwhile it cannot know, where that is not said
// first (resident.h): one line or two.
[[nodiscard]] std::vector<std::string> tracked_lines(const capture::Metadata& metadata);

// Likewise; of a snapshot also when it was taken.
[[nodiscard]] std::string ending_text(const capture::Metadata& metadata);

// What kind of capture it is, one sentence each; empty for that of one process from start to end.
[[nodiscard]] std::vector<std::string> kind_notes(const capture::Profile& profile);

// What to think of when something was not freed, in memray's words; empty if every object was recorded.
[[nodiscard]] std::string leak_note(const capture::Metadata& metadata);

// One sentence per kind of loss; empty if everything was recorded.
[[nodiscard]] std::vector<std::string> loss_notes(const capture::Metadata& metadata);

}  // namespace memray::report

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The user's command that is run for each finished capture (--on-exit).
#pragma once

#include <string>

#include "injector/capture/profile.h"

namespace memray::recording {

// Runs `command` in a shell, with MEMRAY_CAPTURE, the absolute path of the capture, and MEMRAY_EXIT, the exit status of
// the process as a shell has it (128 + signal), empty if it is not known; waits for it. Nothing if it is empty. What
// goes wrong is printed.
void run_exit_command(const std::string& command, const std::string& capture, const capture::Ending& ending);

}  // namespace memray::recording

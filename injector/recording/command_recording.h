// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The recording of whatever a command starts: every CPython in its process tree.
#pragma once

#include <string>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/recording/follower.h"

namespace memray::recording {

struct CommandRequest {
    std::vector<std::string> command;  // argv, [0] is looked up on PATH
    std::string output;                // as given with -o, may be empty
    FollowRequest follow;              // without output and names
};

struct CommandOutcome {
    capture::Ending ending;  // of the command
    std::string output;      // the capture of what the command itself became
    Followed followed;
};

// Returns when the command has ended, which is a child of this process and gets its signals. Throws base::Error if it
// cannot be started or traced; then no process is left.
[[nodiscard]] CommandOutcome record_command(CommandRequest request);

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Names every native frame of a profile.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "injector/capture/profile.h"
#include "symbolizer/options.h"

namespace memray::symbolizer {

using Progress = std::function<void(double)>;  // the share done, 0 to 1

struct Outcome {
    capture::Symbols symbols;
    std::vector<std::string> notes;  // what else the user should know, a sentence each
};

// Throws base::Error if a folder of the options is not there.
void require_folders(const Options& options);

// Frames whose file is not there, or is another one than the recorded, get no names. Starts child processes: call it
// from a process with one thread only.
[[nodiscard]] Outcome symbolize(const capture::Profile& profile, const Options& options, const Progress& progress);

}  // namespace memray::symbolizer

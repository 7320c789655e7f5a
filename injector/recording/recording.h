// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A recording from the target's first step to its last.
#pragma once

#include <functional>

#include "injector/recording/target_watch.h"
#include "injector/capture/profile.h"
#include "injector/collector/recorder.h"
#include "injector/pursuit/launch.h"

namespace memray::recording {

struct Outcome {
    capture::Ending ending;  // of the process
    bool written{false};     // all of the capture
};

// Lets the target run. Throws base::Error: then nothing of the user's has run, and the capture is removed.
void start(pursuit::Launch& launch, collector::Recorder& recorder);

// Records until the target has ended, and finishes the capture: before that if the target executes another program.
// Why the capture could not be written is printed, not thrown, as the program goes on.
// `meanwhile` is called between the steps of the recorder, and often while there is nothing to record.
[[nodiscard]] Outcome follow(TargetWatch& watch, collector::Recorder& recorder, const std::function<void()>& meanwhile);

}  // namespace memray::recording

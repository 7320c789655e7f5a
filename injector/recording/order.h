// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a command was told to record, and where to: the same for all processes that come of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "injector/collector/recorder.h"
#include "injector/live/process_board.h"
#include "injector/recording/output_name.h"
#include "injector/recording/snapshots.h"
#include "injector/region/recording_plan.h"

namespace memray::recording {

struct Order {
    region::RecordingPlan plan;
    std::string payload;                 // path of the library
    collector::RecorderOptions capture;  // of the first process; without a path only viewers see the recordings
    std::optional<OutputName> output;    // nothing: children are called after capture.path
    std::string on_exit;                 // shell command for each complete capture, may be empty
    SnapshotOptions snapshots;
    std::shared_ptr<live::ProcessBoard> board;  // where viewers find the processes, may be null
};

}  // namespace memray::recording

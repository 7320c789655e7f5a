// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A process that another one made, as viewers see it: a line in the list of processes, and an entrance of its own for
// those who choose it.
#pragma once

#include <chrono>
#include <cstddef>

#include "injector/collector/recorder.h"
#include "injector/live/process_board.h"
#include "injector/live/server.h"

namespace memray::live {

class ShownProcess {
public:
    // `board` must outlive this.
    ShownProcess(ProcessBoard& board, const capture::Metadata& metadata);

    // Like those of Server.
    void step(collector::Recorder& recorder);
    void finish(collector::Recorder& recorder, const capture::Ending& ending);

private:
    ProcessBoard& board_;
    Server server_;
    std::size_t place_;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace memray::live

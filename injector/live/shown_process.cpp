// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/shown_process.h"

#include "injector/base/error.h"

namespace memray::live {
namespace {

constexpr std::chrono::milliseconds kBetweenHeaps{200};

}  // namespace

ShownProcess::ShownProcess(ProcessBoard& board, const capture::Metadata& metadata) : board_(board) {
    try {
        server_.entrance().open();
    } catch (const base::Error&) {}  // it is in the list, and cannot be chosen
    server_.show(metadata);
    place_ = board.enter(static_cast<pid_t>(metadata.pid), server_.entrance().number(), metadata.command_line);
}

void ShownProcess::step(collector::Recorder& recorder) {
    server_.step(recorder);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) { return; }
    next_ = now + kBetweenHeaps;
    board_.set_heap(place_, recorder.status().heap_bytes);
}

void ShownProcess::finish(collector::Recorder& recorder, const capture::Ending& ending) {
    board_.set_heap(place_, recorder.status().heap_bytes);
    board_.end(place_, ending);
    server_.finish(recorder, ending);
}

}  // namespace memray::live

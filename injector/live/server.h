// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Shows a recording to any number of viewers: those that come in by its entrance, and those that were given. Driven by
// the thread that records, between its steps; no call here waits for a viewer.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>

#include "injector/live/entrance.h"
#include "injector/live/process_board.h"
#include "injector/live/snapshot_saver.h"
#include "injector/live/viewer.h"

namespace memray::live {

class Server {
public:
    Server() = default;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Where viewers come in, once it has been opened.
    [[nodiscard]] Entrance& entrance() noexcept { return entrance_; }

    // From here on there is a recording to show.
    void show(const capture::Metadata& metadata) { metadata_ = metadata; }
    // And processes that it makes: those on this board. Throws base::Error.
    [[nodiscard]] std::shared_ptr<ProcessBoard> show_processes();
    // A viewer that is connected already.
    void adopt(base::UniqueFd socket);

    // Accepts viewers, and sends what they have no yet of `recorder`. To be called often; rarely does anything.
    void step(collector::Recorder& recorder);
    // Waits until a viewer has said hello, if only to leave again. False if that was not before `gone` became readable.
    // `meanwhile` is called whenever somebody came.
    [[nodiscard]] bool wait_for_viewer(int gone, const std::function<void()>& meanwhile);

    // The recording is over. Viewers that read get the last state; those that do not within a second, nothing.
    void finish(collector::Recorder& recorder, const capture::Ending& ending);

private:
    void accept();
    void receive();
    void send();
    void tell(const Notice& notice);
    void tell_processes(bool last);
    void await_greetings(Viewer::Clock::time_point end);
    void answer(Viewer& viewer, Request request, collector::Recorder& recorder);

    Entrance entrance_;
    capture::Metadata metadata_;
    std::shared_ptr<ProcessBoard> board_;
    Viewer::Clock::time_point next_processes_{};
    std::list<Viewer> viewers_;
    SnapshotSaver saver_;
    Viewer::Clock::time_point next_look_{};
};

}  // namespace memray::live

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray run --live` and `--live-remote` add to a recording: somebody who watches it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/running/program_output.h"
#include "cli/running/view_process.h"
#include "injector/capture/profile.h"
#include "injector/collector/recorder.h"
#include "injector/live/server.h"

namespace memray::cli {

class LiveSession {
public:
    LiveSession() = default;

    // The view on this terminal; the program's output goes into a file. Without a terminal, as text on standard error.
    // Before anything is started. Throws base::Error.
    void watch_here(const std::string& program);
    // Viewers come from this machine; with a port, by TCP, too. Throws base::Error.
    void watch_from_elsewhere(std::optional<int> port);

    // There will be other processes to show.
    [[nodiscard]] std::shared_ptr<live::ProcessBoard> show_processes() { return server_.show_processes(); }
    // There is a recording. If viewers are to come, waits for the first viewer: false if the target is gone first.
    [[nodiscard]] bool begin(const capture::Metadata& metadata, int pidfd);
    // To be called between the steps of the recorder.
    void step(collector::Recorder& recorder);
    // The view has this terminal: a shell could not take it over.
    [[nodiscard]] bool has_terminal() const noexcept { return view_.has_value() && output_.has_value(); }
    // The program has ended: shows the last state until the user leaves.
    void end(collector::Recorder& recorder, const capture::Ending& ending);
    // The streams are the user's again. What there is to say about the program's output.
    [[nodiscard]] std::string close(bool failed);

private:
    void watch_as_text();
    void leave_view();
    void tell_refusal();

    live::Server server_;
    bool remote_{false};
    bool refusal_told_{false};
    std::optional<ProgramOutput> output_;
    std::optional<ViewProcess> view_;
};

}  // namespace memray::cli

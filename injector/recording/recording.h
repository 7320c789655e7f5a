// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The recording of one process, from its first step to its complete capture: of one that was started, attached to, or
// followed. Driven by one thread, between whose steps others have their say.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "injector/base/shared_memory.h"
#include "injector/capture/profile.h"
#include "injector/collector/recorder.h"
#include "injector/recording/order.h"
#include "injector/recording/process_watch.h"
#include "injector/recording/rendezvous.h"
#include "injector/recording/snapshots.h"

namespace memray::recording {

class Recording {
public:
    // `region`: as the payload was started with. `path`: of this capture. Throws base::Error if there can be no such
    // capture.
    Recording(base::SharedMemory region, pid_t pid, const capture::Metadata& facts, const Order& order,
              const std::string& path);

    // Commands reach this recording there from now on; null: they do not.
    void listen(std::unique_ptr<Rendezvous> rendezvous) { rendezvous_ = std::move(rendezvous); }

    // Called between two steps, and often while there is nothing to record. An ending of its own ends the recording.
    using Between = std::function<std::optional<capture::Ending>(const collector::RecorderStatus&)>;

    // Records until the process has ended, executes another program (EndKind::kReplaced), or `between` says so. A step
    // sleeps at most for `longest`.
    [[nodiscard]] capture::Ending run(const ProcessWatch& watch, std::chrono::milliseconds longest,
                                      const Between& between);

    // For `longest`, of recordings of which there may be many.
    static constexpr std::chrono::milliseconds kRelaxed{20};

    // Completes the capture and the snapshot that is being written. The process must have ended, execute something
    // else, or have been left. Throws base::Error if the capture cannot be completed.
    void finish(const capture::Ending& ending);
    // Removes the capture instead: nothing of the user's program has run.
    void discard() { recorder_.discard(); }

    // The capture is complete: says so to the user's --on-exit command. `ending`: of the process.
    void announce(const capture::Ending& ending) const;

    [[nodiscard]] collector::Recorder& recorder() noexcept { return recorder_; }
    [[nodiscard]] Rendezvous* rendezvous() noexcept { return rendezvous_.get(); }
    // Why writing stopped; empty if it did not.
    [[nodiscard]] std::string failure() const { return recorder_.status().failure; }

private:
    void serve();

    pid_t pid_;
    std::string path_;
    std::string on_exit_;
    collector::Recorder recorder_;
    Snapshots snapshots_;
    std::unique_ptr<Rendezvous> rendezvous_;
};

}  // namespace memray::recording

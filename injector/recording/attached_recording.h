// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A recording of a process that runs already, from the attach to the detach.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "injector/recording/follower.h"
#include "injector/recording/oom_counter.h"
#include "injector/recording/rendezvous.h"
#include "injector/recording/snapshots.h"
#include "injector/capture/profile.h"
#include "injector/collector/recorder.h"
#include "injector/injection/attach.h"

namespace memray::recording {

struct AttachRequest {
    injection::AttachOptions attach;
    collector::RecorderOptions recorder;
    std::optional<OutputName> output;  // nothing: there is no capture, only a view
    std::string on_exit;               // --on-exit
    SnapshotOptions snapshots;
    std::chrono::seconds duration{0};           // 0: no limit
    std::shared_ptr<live::ProcessBoard> board;  // see FollowRequest
};

class AttachedRecording {
public:
    // Attaches and starts. Throws base::Error; then the target is as it was, and no capture is left.
    explicit AttachedRecording(const AttachRequest& request);

    // Records until the target ends, the duration is over, somebody asks to stop, or `stop()` is true; then leaves the
    // target and finishes the capture. `progress` is called now and then. What is to be said at the end.
    std::string follow(const std::function<bool()>& stop,
                       const std::function<void(const collector::RecorderStatus&)>& progress);

    [[nodiscard]] collector::Recorder& recorder() noexcept { return *recorder_; }
    // How it came to its end, after follow().
    [[nodiscard]] const capture::Ending& ended() const noexcept { return ended_; }

    // The last words of follow() for those who asked to stop.
    void answer(const std::string& line) { rendezvous_.answer(line); }
    // Undoes the start.
    void discard();

private:
    [[nodiscard]] std::optional<capture::Ending> ending();
    // Why the hooks are still in the target, empty if they are not.
    std::string leave_target();

    AttachRequest request_;
    Rendezvous rendezvous_;
    injection::Attach attach_;
    std::optional<collector::Recorder> recorder_;
    std::optional<Snapshots> snapshots_;
    std::optional<Follower> follower_;
    OomCounter oom_;
    std::chrono::steady_clock::time_point started_;
    capture::Ending ended_;
};

}  // namespace memray::recording

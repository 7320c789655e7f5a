// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A recording of a process that runs already, from the attach to the detach.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "injector/capture/profile.h"
#include "injector/injection/attach.h"
#include "injector/recording/follower.h"
#include "injector/recording/order.h"
#include "injector/recording/recording.h"

namespace memray::recording {

struct AttachRequest {
    Order order;
    injection::AttachOptions attach;   // but for plan and payload, which are those of the order
    std::chrono::seconds duration{0};  // 0: no limit
};

class AttachedRecording {
public:
    // Attaches and starts. Throws base::Error; then the target is as it was, and no capture is left.
    explicit AttachedRecording(AttachRequest request);

    // Records until the target ends, the duration is over, somebody asks to stop, or `stop()` is true; then leaves the
    // target and finishes the capture. `progress` is called now and then. What is to be said at the end.
    std::string follow(const std::function<bool()>& stop,
                       const std::function<void(const collector::RecorderStatus&)>& progress);

    [[nodiscard]] collector::Recorder& recorder() noexcept { return recording_->recorder(); }
    // How it came to its end, after follow().
    [[nodiscard]] const capture::Ending& ended() const noexcept { return ended_; }

    // The last words of follow() for those who asked to stop.
    void answer(const std::string& line) { recording_->rendezvous()->answer(line); }
    // Undoes the start.
    void discard();

private:
    void start();
    [[nodiscard]] bool is_time_over() const;
    // Why the hooks are still in the target, empty if they are not.
    std::string leave_target();
    [[nodiscard]] std::string conclusion(const std::string& trouble);

    AttachRequest request_;
    std::unique_ptr<Rendezvous> rendezvous_;  // until there is a recording
    injection::Attach attach_;
    ProcessWatch watch_;
    std::optional<Recording> recording_;
    std::optional<Follower> follower_;
    std::chrono::steady_clock::time_point started_;
    capture::Ending ended_;
};

}  // namespace memray::recording

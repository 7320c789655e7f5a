// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A recording of a program that was launched for it, from its first step to its last.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "injector/capture/profile.h"
#include "injector/pursuit/launch.h"
#include "injector/recording/follower.h"
#include "injector/recording/forwarded_signals.h"
#include "injector/recording/order.h"
#include "injector/recording/recording.h"

namespace memray::recording {

struct Outcome {
    capture::Ending ending;  // of the process
    bool written{false};     // all of the capture
};

// While this lives, signals to this process go to the target.
class LaunchedRecording {
public:
    // Creates the capture, called order.capture.path. `launch` must outlive this. Throws base::Error.
    LaunchedRecording(pursuit::Launch& launch, const capture::Metadata& facts, const Order& order);

    // Lets the target run. Throws base::Error: then nothing of the user's has run, and the capture is removed.
    void start();

    // Records until the target has ended, and completes the capture: before that if the target executes another
    // program. Why it could not be written is printed, not thrown, as the program goes on. `meanwhile` is called
    // between the steps of the recorder, and often while there is nothing to record.
    [[nodiscard]] Outcome follow(const std::function<void()>& meanwhile);

    // Whether this process stops with the target; at first it does.
    void share_stops(bool shared) noexcept { watch_.share_stops(shared); }

    // Says to the user's --on-exit command that the capture is complete.
    void announce(const capture::Ending& ending) const { recording_.announce(ending); }
    // See Follower::finish(); empty if nobody is followed.
    [[nodiscard]] std::string finish_children() { return follower_ ? follower_->finish().text : ""; }

    [[nodiscard]] collector::Recorder& recorder() noexcept { return recording_.recorder(); }

private:
    [[nodiscard]] bool finish(const capture::Ending& ending);
    void tell(const std::string& failure);

    pursuit::Launch& launch_;
    ForwardedSignals signals_;
    Recording recording_;
    std::optional<Follower> follower_;
    ProcessWatch watch_;
    bool told_{false};  // why the capture could not be written
};

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the process does that a Follower starts.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "injector/injection/guard.h"
#include "injector/pursuit/pursuit.h"
#include "injector/recording/child_paths.h"
#include "injector/recording/follower.h"
#include "injector/recording/messages.h"
#include "injector/recording/news_wait.h"
#include "injector/recording/recorded_family.h"

namespace memray::recording {

class ChildrenRecorder {
public:
    ChildrenRecorder(FollowRequest request, injection::Channel channel);

    // Returns when no process is left that could be recorded.
    void run();

private:
    void start_pursuit();
    void trace_first(const TraceOrder& order);
    [[nodiscard]] ChildRecording::PathOf path_of_arrival(pid_t pid);
    void record(injection::Injection& injection);
    void step_families();
    void listen();
    void answer_when_done();
    void hang_up();
    void wait();
    // There is no capture, and no viewer can come any more.
    [[nodiscard]] bool is_unseen() const;
    [[noreturn]] static void switch_off();
    [[nodiscard]] bool is_over();
    [[nodiscard]] ChildCounts counts() const;

    FollowRequest request_;
    std::optional<injection::Channel> channel_;  // until there is nobody any more to talk to
    NewsWait wait_;
    ChildPaths paths_;  // outlives the recordings, which ask it
    ChildRecording::PathOf path_of_{[this](pid_t pid) { return paths_.of(pid); }};
    std::list<std::shared_ptr<RecordedFamily>> families_;
    std::string payload_;
    std::optional<pursuit::Pursuit> pursuit_;
    ChildCounts gone_;  // of families that are over
    bool asked_{false};
    pid_t traced_first_{0};
    bool first_recorded_{false};
};

}  // namespace memray::recording

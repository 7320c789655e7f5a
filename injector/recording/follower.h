// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Records the children of a target, and theirs. A process of its own does that: it goes on for as long as one of
// them lives, whatever becomes of the first process and of those that record it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "injector/base/child_process.h"
#include "injector/capture/profile.h"
#include "injector/injection/guard.h"
#include "injector/recording/order.h"
#include "injector/region/target.h"

namespace memray::recording {

struct FollowRequest {
    Order order;
    region::ChildMemory memory;  // of the first process; without any it is one that is traced (trace())
    capture::Metadata metadata;  // likewise
    bool silent{false};          // writes no messages, and keeps no standard stream open
};

// What became of the processes that were followed.
struct Followed {
    bool first{false};      // the traced first process was recorded
    std::size_t others{0};  // so many other ones were
    std::string text;       // what is to be said of those, empty if there is nothing
};

class Follower {
public:
    // Throws base::Error.
    explicit Follower(FollowRequest request);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return process_.id(); }

    // Traces a process that waits before it executes a command. If that becomes CPython, it is recorded into the
    // output; its children and their names follow from `output`. Throws base::Error if it cannot be traced.
    void trace(pid_t pid, const std::string& output);

    // Says that the first process is over. Returns once the captures of all processes that have ended are complete;
    // the others are recorded in the background.
    [[nodiscard]] Followed finish();

private:
    std::string path_;
    base::ChildProcess process_;
    std::optional<injection::Channel> channel_;
};

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Enters a running Python process: loads the payload there, or finds the one that an earlier recording left, starts it,
// and lets the process run on with no tracer. See launch.h for programs that are yet to be started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "injector/injection/payload_library.h"
#include "injector/region/controller_lock.h"
#include "injector/region/recording_plan.h"
#include "injector/region/target.h"

namespace memray::injection {

struct AttachOptions {
    pid_t pid{0};
    std::string payload;  // path of libmemray_payload.so
    bool replace{false};  // end a recording that is under way
    std::chrono::milliseconds timeout{10000};
    std::function<void(const std::string&)> tell;  // what is done, and how long it took; may be empty
    region::RecordingPlan plan;
};

// All calls, the destructor included, must come from the thread that constructed it, and that thread and this object
// must live as long as the recording: the payload takes their end for the controller's death.
class Attach {
public:
    // The payload records from now on, into rings that nobody reads yet, and the target runs. Throws base::Error; then
    // the target is as it was, but for a library that does nothing.
    explicit Attach(const AttachOptions& options);
    ~Attach();
    Attach(const Attach&) = delete;
    Attach& operator=(const Attach&) = delete;

    [[nodiscard]] region::Target& target() noexcept { return target_; }

    // Gives the memory of the rings back, after a stop.
    void release_memory() noexcept;

private:
    region::Target target_;
    std::shared_ptr<const base::UniqueFd> region_;
    std::unique_ptr<region::ControllerLock> lock_;
};

// Takes the hooks of recordings out of a running process; without `force` only of those whose controller died. Calls
// `meanwhile`, which may be empty, again and again: threads that wait for room in their rings need a reader to come to
// an end. Throws base::Error.
[[nodiscard]] StopResult stop_recording(pid_t pid, bool force, std::chrono::milliseconds timeout,
                                        const std::function<void(const std::string&)>& tell,
                                        const std::function<void()>& meanwhile = {});

}  // namespace memray::injection

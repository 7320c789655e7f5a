// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Launches a command under ptrace, follows it through shell wrappers and execs until it is CPython about to run its
// main program (interpreter initialised, nothing of the user has run), loads the payload there, starts it, and
// detaches. Afterwards the target is an ordinary child process of the caller with no tracer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "injector/base/error.h"
#include "injector/injection/injection.h"
#include "injector/region/controller_lock.h"
#include "injector/region/recording_plan.h"
#include "injector/region/target.h"

namespace memray::pursuit {

struct LaunchOptions {
    std::vector<std::string> command;  // argv, [0] is looked up on PATH
    std::string payload;               // path of libmemray_payload.so
    region::RecordingPlan plan;
};

// The command ran to its end without becoming a CPython that runs a program: "X exited with status 3 before starting
// CPython". Not a failure of ours; exit_code() is what a shell would report, but never 0.
class EndedBeforePython : public base::Error {
public:
    EndedBeforePython(const std::string& message, int wait_status);
    // As waitpid returns it.
    [[nodiscard]] int wait_status() const noexcept { return wait_status_; }

private:
    int wait_status_;
};

// All calls, the destructor included, must come from the thread that constructed it, and that thread and this object
// must live as long as the recording: the payload takes their end for the controller's death. The child inherits the
// caller's signal mask and dispositions, directory and open descriptors (but for close-on-exec ones). Other children of
// the thread that end while it is constructed are reaped (pursuit.h).
class Launch {
public:
    // Starts the command and brings it to the point where it could run the program. Throws base::Error, in particular
    // EndedBeforePython and the refusal of a Python that is not supported; then no process of ours is left.
    explicit Launch(const LaunchOptions& options);
    ~Launch();  // kills and reaps a target that was not resumed
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;

    [[nodiscard]] region::Target& target() noexcept { return target_; }

    // Switches the payload on, detaches, and lets the program run. From then on the caller waits for it and reaps it.
    // Throws base::Error; then the target was killed and reaped.
    void resume();

private:
    region::Target target_;
    std::unique_ptr<region::ControllerLock> lock_;     // tells the payload that we live
    std::unique_ptr<injection::Injection> injection_;  // until the target runs; dies with us until then
};

}  // namespace memray::pursuit

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Loads the payload into a traced process that has just initialised CPython, and starts it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "injector/cpython/python_stop.h"
#include "injector/ptrace/remote_call.h"
#include "injector/ptrace/saved_registers.h"
#include "injector/ptrace/tracee.h"
#include "injector/region/controller_lock.h"
#include "injector/region/recording_plan.h"
#include "injector/region/target.h"
#include "injector/safe_point/target_code.h"

namespace memray::injection {

// All calls, the destructor included, must come from the thread that traces. One that is destroyed without start() has
// its thread put back, and let go as the tracee's OnDestroy says.
class Injection {
public:
    // `tracee`: the thread of `process` that stands there. Throws base::Error.
    Injection(ptrace::Tracee tracee, pid_t process, cpython::PythonStop stop);

    // Makes the shared memory and loads the library, whose content is `payload`. Fills in all of `target`. Returns the
    // lock that the payload will watch; it is the calling thread's. Throws base::Error.
    [[nodiscard]] std::unique_ptr<region::ControllerLock> load(const region::RecordingPlan& plan,
                                                               const std::string& payload, region::Target& target);
    // Switches the payload on and detaches. Throws base::Error.
    void start();

private:
    // Destroyed from the last to the first: held-back signals go first, then the registers come back.
    ptrace::Tracee tracee_;
    pid_t process_;
    cpython::PythonStop stop_;
    base::RemoteAddr start_;
    base::RemoteAddr region_address_;
    safe_point::TargetCode code_;
    std::optional<ptrace::SavedRegisters> saved_;
    std::optional<ptrace::RemoteCall> call_;
};

}  // namespace memray::injection

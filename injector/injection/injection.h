// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Loads the payload into a traced process that has just initialised CPython, and starts it.
#pragma once

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

// Must be destroyed before the tracee is: held-back signals go first, then the registers come back.
class Injection {
public:
    Injection(ptrace::Tracee& tracee, cpython::PythonStop stop);

    // Makes the shared memory and loads the library, whose content is `payload`. Fills in all of `target`. Returns the
    // lock that the payload will watch; it is the calling thread's. Throws base::Error.
    [[nodiscard]] std::unique_ptr<region::ControllerLock> load(const region::RecordingPlan& plan,
                                                               const std::string& payload, region::Target& target);
    // Switches the payload on and detaches. Throws base::Error.
    void start();
    // Detaches, nothing having been started.
    void give_up();

private:
    void let_go();

    ptrace::Tracee& tracee_;
    cpython::PythonStop stop_;
    base::RemoteAddr start_;
    base::RemoteAddr region_address_;
    safe_point::TargetCode code_;
    std::optional<ptrace::SavedRegisters> saved_;
    std::optional<ptrace::RemoteCall> call_;
};

}  // namespace memray::injection

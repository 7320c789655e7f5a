// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Calls in the target end with a fault, and the kernel stops ignoring a signal that it has to deliver: a program that
// ignores SIGSEGV or SIGTRAP must go on ignoring it afterwards.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "injector/session/remote_file.h"

namespace memray::session {

class IgnoredFaults {
public:
    // Before the first fault. `status` is the target's /proc/PID/status.
    explicit IgnoredFaults(const std::string& status);
    // After the last one. Throws base::Error.
    void restore(RemoteSystem& system) const;

    [[nodiscard]] const std::vector<int>& signals() const noexcept { return signals_; }

private:
    std::vector<int> signals_;
};

}  // namespace memray::session

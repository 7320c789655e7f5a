// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The kernel's OOM killer: whether it ended a process, and how not to be the one that it chooses.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "injector/capture/profile.h"

namespace memray::recording {

// How many processes of another one's cgroup the OOM killer has ended since.
class OomCounter {
public:
    // Looks up the memory cgroup of the process (cgroups(7), version 2 or 1). Where it has none, the counter of the
    // whole machine stands in.
    explicit OomCounter(pid_t pid);

    // The ending of the process, with the reason if it was that.
    [[nodiscard]] capture::Ending explain(capture::Ending ending) const;

private:
    [[nodiscard]] std::uint64_t kills() const;

    std::string counter_;  // file with a line "oom_kill N"
    std::string usage_;    // file with a number of bytes
    std::uint64_t before_{0};
};

// Makes the OOM killer rather choose another process than this one, as far as that is permitted. What this process
// starts afterwards inherits that.
void avoid_oom_killer();

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// /proc/PID/status for signal handlers and for forks of processes with threads: system calls only, no memory.
#pragma once

#include <sys/types.h>

#include <array>

namespace memray::recording {

using StatusPath = std::array<char, 32>;

[[nodiscard]] StatusPath status_path(pid_t pid);  // not for signal handlers

class StatusText {
public:
    explicit StatusText(const StatusPath& path) noexcept;

    // What follows "name:" and a tab, up to the end of the text; null if there is no such field or no such process.
    [[nodiscard]] const char* field(const char* name) const noexcept;

private:
    std::array<char, 4096> text_{};
};

}  // namespace memray::recording

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names of the captures of all processes that one command has made. A process id may come again, a process may
// execute one Python after the other, and nothing is overwritten that was not meant to be.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "injector/recording/output_name.h"

namespace memray::recording {

class ChildPaths {
public:
    // `path`: of the first process, whose id is `first`. `name`: as it was given; none: children get PATH.<pid>.
    ChildPaths(std::string path, pid_t first, std::optional<OutputName> name, bool overwrite);

    // Instead of those that it was made with.
    void set_first(std::string path, pid_t first);
    // A name that nobody else has; empty if the first process has none. From any thread; looks at the disk, which may
    // take long.
    [[nodiscard]] std::string of(pid_t pid);

private:
    [[nodiscard]] bool is_taken(const std::string& path) const;

    std::mutex mutex_;
    std::string path_;
    pid_t first_;
    std::optional<OutputName> name_;
    bool overwrite_;
    std::set<std::string> given_out_;
};

}  // namespace memray::recording

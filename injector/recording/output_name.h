// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names of the captures of one command, from what was given with -o: %p is the process id, %n the name of the
// program, %h the name of this machine, %t the time of the start, %% a percent sign.
#pragma once

#include <sys/types.h>

#include <string>

namespace memray::recording {

class OutputName {
public:
    // `program`: any text; what must not be in a file name is replaced. Throws base::UsageError for an unknown
    // placeholder.
    OutputName(std::string pattern, const std::string& program);
    // A name without placeholders.
    static OutputName plain(const std::string& name);

    [[nodiscard]] std::string of(pid_t pid) const;
    // Of a process that the first one made: OUTPUT.<pid>, unless the pattern tells processes apart anyway.
    [[nodiscard]] std::string of_child(pid_t first, pid_t pid) const;

private:
    OutputName() = default;

    std::string pattern_;
    std::string program_;
    std::string host_;
    std::string start_;
    bool has_pid_{false};
};

}  // namespace memray::recording

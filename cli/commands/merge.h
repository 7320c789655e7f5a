// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray merge: one capture of several processes.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command.h"

namespace memray::cli {

class MergeCommand : public Command {
public:
    explicit MergeCommand(CLI::App& program);
    int run() override;

private:
    std::vector<std::string> captures_;
    std::string output_;
    bool force_{false};
};

}  // namespace memray::cli

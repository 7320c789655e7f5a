// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray snapshot: has the recorder of a process write a capture of this moment, and go on.
#pragma once

#include <string>

#include "cli/commands/command.h"

namespace memray::cli {

class SnapshotCommand : public Command {
public:
    explicit SnapshotCommand(CLI::App& program);
    int run() override;

private:
    int pid_{0};
    std::string output_;
    bool force_{false};
};

}  // namespace memray::cli

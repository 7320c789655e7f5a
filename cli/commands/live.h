// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray live: watches a program that `memray run --live-remote` runs.
#pragma once

#include "cli/commands/command.h"

namespace memray::cli {

class LiveCommand : public Command {
public:
    explicit LiveCommand(CLI::App& program);
    int run() override;

private:
    int port_{0};
};

// Throws base::Error if there is no such port.
void require_port(int port);

}  // namespace memray::cli

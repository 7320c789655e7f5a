// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray detach: ends what memray attach began.
#pragma once

#include <string>

#include "cli/commands/command.h"

namespace memray::cli {

class DetachCommand : public Command {
public:
    explicit DetachCommand(CLI::App& program);
    int run() override;

private:
    [[nodiscard]] std::string clean_up() const;

    int pid_{0};
    int verbosity_{0};
    std::string method_{"auto"};
};

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray parse: every record of a capture as text.
#pragma once

#include <string>

#include "cli/commands/command.h"

namespace memray::cli {

class ParseCommand : public Command {
public:
    explicit ParseCommand(CLI::App& program);
    int run() override;

private:
    std::string results_;
};

}  // namespace memray::cli

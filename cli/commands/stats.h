// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray stats: totals and rankings, in the terminal or as JSON.
#pragma once

#include <string>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"

namespace memray::cli {

class StatsCommand : public Command {
public:
    explicit StatsCommand(CLI::App& program);
    int run() override;

private:
    std::string results_;
    std::size_t largest_{5};
    bool json_{false};
    std::string output_;
    bool force_{false};
    FilterOptions filter_;
};

}  // namespace memray::cli

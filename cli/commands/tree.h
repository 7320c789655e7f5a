// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray tree`: who called whom to allocate, to walk through in the terminal.
#pragma once

#include <string>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"
#include "cli/report/tree_report.h"

namespace memray::cli {

class TreeCommand : public Command {
public:
    explicit TreeCommand(CLI::App& program);
    int run() override;

private:
    std::string results_;
    int biggest_{static_cast<int>(report::kDefaultBiggest)};
    bool json_{false};
    SelectionOptions selection_;
    FilterOptions filter_;
};

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray rss: where the resident memory of a process is.
#pragma once

#include <string>

#include "cli/commands/command.h"

namespace memray::cli {

class RssCommand : public Command {
public:
    explicit RssCommand(CLI::App& program);
    int run() override;

private:
    int pid_{0};
    bool live_{false};
    bool json_{false};
    std::string output_;
    bool force_{false};
};

}  // namespace memray::cli

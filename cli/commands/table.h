// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray table`: the allocating lines of a capture as a page with a table.
#pragma once

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"

namespace memray::cli {

class TableCommand : public Command {
public:
    explicit TableCommand(CLI::App& program);
    int run() override;

private:
    OutputOptions output_;
    SelectionOptions selection_;
    FilterOptions filter_;
    bool split_threads_{false};
    bool json_{false};
    bool complete_{false};
    bool no_web_{false};
};

}  // namespace memray::cli

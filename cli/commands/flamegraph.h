// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray flamegraph`: the capture as a page with a flame graph.
#pragma once

#include <string>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"
#include "cli/report/flamegraph_data.h"

namespace memray::cli {

class FlamegraphCommand : public Command {
public:
    explicit FlamegraphCommand(CLI::App& program);
    int run() override;

private:
    [[nodiscard]] report::FlamegraphOptions page_options() const;

    OutputOptions output_;
    SelectionOptions selection_;
    FilterOptions filter_;
    QuotingOption quoting_;
    bool split_threads_{false};
    bool inverted_{false};
    bool temporal_{false};
    bool complete_{false};
    bool json_{false};
    bool no_web_{false};
    int most_snapshots_{10'000};
};

}  // namespace memray::cli

// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray summary: the functions that allocate most, in the terminal.
#pragma once

#include <optional>
#include <string>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"
#include "cli/report/summary_report.h"

namespace memray::cli {

class SummaryCommand : public Command {
public:
    explicit SummaryCommand(CLI::App& program);
    int run() override;

private:
    [[nodiscard]] report::SummaryOptions report_options() const;
    [[nodiscard]] std::string report(capture::Profile profile, const report::SummaryOptions& options) const;

    std::string results_;
    int sort_column_{1};
    std::optional<int> max_rows_;
    bool json_{false};
    SelectionOptions selection_;
    FilterOptions filter_;
};

}  // namespace memray::cli

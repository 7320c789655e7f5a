// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray summary: the functions that allocate most, in the terminal.
#pragma once

#include <optional>
#include <string>

#include "cli/commands/command.h"
#include "cli/report/summary_report.h"

namespace memray::cli {

class SummaryCommand : public Command {
public:
    explicit SummaryCommand(CLI::App& program);
    int run() override;

private:
    [[nodiscard]] report::SummaryOptions report_options() const;

    std::string results_;
    int sort_column_{1};
    std::optional<int> max_rows_;
    std::optional<int> threshold_;
    bool temporary_{false};
};

}  // namespace memray::cli

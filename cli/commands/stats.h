// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray stats: totals and rankings, in the terminal or as JSON.
#pragma once

#include <string>

#include "cli/commands/report_command.h"

namespace memray::cli {

class StatsCommand : public ReportCommand {
public:
    explicit StatsCommand(CLI::App& program);

private:
    [[nodiscard]] std::string attempt() const override { return "compute statistics for"; }
    [[nodiscard]] std::string needs_log() const override { return "a report on all that was allocated"; }
    void check() override;
    void report(const capture::Profile& profile, const report::StackView& view) override;
    [[nodiscard]] std::string path() const;

    std::size_t largest_{5};
    bool json_{false};
    std::string output_;
    bool force_{false};
};

}  // namespace memray::cli

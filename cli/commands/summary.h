// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray summary: the functions that allocate most, in the terminal.
#pragma once

#include <optional>

#include "cli/commands/report_command.h"
#include "cli/commands/report_options.h"
#include "cli/report/summary_report.h"

namespace memray::cli {

class SummaryCommand : public ReportCommand {
public:
    explicit SummaryCommand(CLI::App& program);

private:
    [[nodiscard]] std::string needs_log() const override { return selection_.needs_log(); }
    void check() override { wanted_ = report_options(); }
    void choose_frames(const capture::Profile& /*profile*/, report::StackView& view) override;
    void report(const capture::Profile& profile, const report::StackView& view) override;
    [[nodiscard]] report::SummaryOptions report_options() const;

    report::SummaryOptions wanted_;
    std::optional<int> sort_column_;
    bool all_frames_{false};
    std::optional<int> max_rows_;
    bool json_{false};
    SelectionOptions selection_;
};

}  // namespace memray::cli

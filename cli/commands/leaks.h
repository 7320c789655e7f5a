// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray leaks`: the places whose memory grows steadily, with their curves.
#pragma once

#include <optional>

#include "cli/commands/report_command.h"

namespace memray::cli {

class LeaksCommand : public ReportCommand {
public:
    explicit LeaksCommand(CLI::App& program);

private:
    void check() override;
    void choose_time(capture::Profile& profile) override;
    void choose_frames(const capture::Profile& /*profile*/, report::StackView& view) override;
    void report(const capture::Profile& profile, const report::StackView& view) override;

    std::optional<int> max_rows_;
    bool json_{false};
    bool all_frames_{false};
    report::TimeRange range_;
};

}  // namespace memray::cli

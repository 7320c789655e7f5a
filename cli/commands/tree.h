// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray tree`: who called whom to allocate, to walk through in the terminal.
#pragma once

#include "cli/commands/report_command.h"
#include "cli/commands/report_options.h"
#include "cli/report/tree_report.h"

namespace memray::cli {

class TreeCommand : public ReportCommand {
public:
    explicit TreeCommand(CLI::App& program);

private:
    [[nodiscard]] std::string needs_log() const override { return selection_.needs_log(); }
    void check() override { choice_ = time_range().selection(selection_.choice()); }
    void choose_frames(const capture::Profile& /*profile*/, report::StackView& view) override;
    void report(const capture::Profile& profile, const report::StackView& view) override;

    // In the terminal, where the user chooses the frames.
    [[nodiscard]] bool browses() const;

    report::SelectionChoice choice_;
    int biggest_{static_cast<int>(report::kDefaultBiggest)};
    bool json_{false};
    bool all_frames_{false};
    SelectionOptions selection_;
};

}  // namespace memray::cli

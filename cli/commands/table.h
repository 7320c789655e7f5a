// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray table`: the allocating lines of a capture as a page with a table.
#pragma once

#include <string>

#include "cli/commands/report_command.h"
#include "cli/commands/report_options.h"
#include "cli/report/page/table_data.h"

namespace memray::cli {

class TableCommand : public FileReportCommand {
public:
    explicit TableCommand(CLI::App& program);

private:
    [[nodiscard]] std::string needs_log() const override { return selection_.needs_log(); }
    [[nodiscard]] std::string kind() const override { return "table"; }
    [[nodiscard]] std::string suffix() const override { return page_options_.suffix(); }
    void choose_frames(const capture::Profile& profile, report::StackView& view) override;
    void check_options() override { choice_ = time_range().selection(selection_.choice()); }
    [[nodiscard]] std::string content(const capture::Profile& profile, const report::StackView& view) override;

    report::SelectionChoice choice_;
    report::Lines all_;  // where all frames are shown, if the page is to have them, too
    SelectionOptions selection_;
    PageOptions page_options_;
    bool split_threads_{false};
    bool all_frames_{false};
};

}  // namespace memray::cli

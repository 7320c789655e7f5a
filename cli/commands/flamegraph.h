// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray flamegraph`: the capture as a page with a flame graph.
#pragma once

#include <string>

#include "cli/commands/report_command.h"
#include "cli/commands/report_options.h"
#include "cli/report/page/flamegraph_data.h"

namespace memray::cli {

class FlamegraphCommand : public FileReportCommand {
public:
    explicit FlamegraphCommand(CLI::App& program);

private:
    [[nodiscard]] std::string needs_log() const override { return selection_.needs_log(); }
    [[nodiscard]] std::string kind() const override { return "flamegraph"; }
    [[nodiscard]] std::string suffix() const override { return page_options_.suffix(); }
    void check_options() override { page_ = content_options(); }
    [[nodiscard]] std::string content(const capture::Profile& profile, const report::StackView& view) override;
    [[nodiscard]] report::FlamegraphOptions content_options() const;

    report::FlamegraphOptions page_;
    SelectionOptions selection_;
    QuotingOption quoting_;
    PageOptions page_options_;
    bool split_threads_{false};
    bool inverted_{false};
    bool temporal_{false};
    bool all_frames_{false};
    int most_snapshots_{10'000};
};

}  // namespace memray::cli

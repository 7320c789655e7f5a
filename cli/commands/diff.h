// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray diff`: what grew and what shrank between two captures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"
#include "cli/report/diff/diff_report.h"

namespace memray::cli {

class DiffCommand : public Command {
public:
    explicit DiffCommand(CLI::App& program);
    int run() override;

private:
    void add_moment(CLI::App& app);
    [[nodiscard]] report::DiffOptions report_options() const;
    [[nodiscard]] std::vector<report::PathMap> path_maps() const;
    [[nodiscard]] report::SelectionChoice choice() const;
    void write_page(const report::Comparison& comparison, report::SelectionChoice choice) const;
    [[nodiscard]] std::string table(const report::Comparison& comparison, const report::DiffOptions& options) const;
    [[nodiscard]] int verdict(const report::Comparison& comparison, report::SelectionChoice choice) const;

    std::string old_;
    std::string new_;
    std::vector<std::string> path_maps_;
    std::optional<int> max_rows_;
    bool tree_{false};
    bool flamegraph_{false};
    bool json_{false};
    bool complete_{false};
    std::optional<std::string> limit_;
    std::string moment_;
    SelectionOptions selection_;
    FilterOptions filter_;
    QuotingOption quoting_;
    OutputOptions output_;
};

}  // namespace memray::cli

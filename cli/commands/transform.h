// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray transform: captures in the formats of other tools.
#pragma once

#include <string>

#include "cli/commands/report_command.h"
#include "cli/commands/report_options.h"
#include "cli/transform/formats.h"

namespace memray::cli {

class TransformCommand : public FileReportCommand {
public:
    explicit TransformCommand(CLI::App& program);

private:
    [[nodiscard]] std::string kind() const override { return std::string(format().name); }
    [[nodiscard]] std::string suffix() const override { return std::string(format().suffix); }
    void check_options() override { static_cast<void>(format()); }
    [[nodiscard]] std::string content(const capture::Profile& profile, const report::StackView& view) override;
    void conclude(const std::string& path) const override;
    [[nodiscard]] const transform::Format& format() const;

    std::string format_;
    SelectionOptions selection_;
};

}  // namespace memray::cli

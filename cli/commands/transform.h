// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray transform: captures in the formats of other tools.
#pragma once

#include <string>

#include "cli/commands/command.h"
#include "cli/commands/report_options.h"
#include "cli/transform/formats.h"

namespace memray::cli {

class TransformCommand : public Command {
public:
    explicit TransformCommand(CLI::App& program);

    int run() override;

private:
    [[nodiscard]] const transform::Format& format() const;

    std::string format_;
    OutputOptions output_;
    SelectionOptions selection_;
    FilterOptions filter_;
};

}  // namespace memray::cli
